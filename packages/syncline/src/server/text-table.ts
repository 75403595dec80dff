/**
 * Finds things by a text that each of them has. Only the things are stored, by their texts' hashes (open addressing,
 * linear probing); a `Map` takes three times as much memory for each (`bench`: G5).
 *
 * Texts may come from strangers: hashes begin with a number that they do not know.
 */
import { randomInt } from 'node:crypto'

const FEWEST_PLACES = 16

export class TextTable<T> {
  readonly #textOf: (one: T) => string
  readonly #seed = randomInt(2 ** 32)
  /** A power of two; at most three quarters are taken. */
  #places: (T | null)[] = empty(FEWEST_PLACES)
  #size = 0

  constructor(textOf: (one: T) => string) {
    this.#textOf = textOf
  }

  get size(): number {
    return this.#size
  }

  get(text: string): T | undefined {
    return this.#places[this.#find(text)] ?? undefined
  }

  /** Stores it in the place of what has the same text. */
  set(one: T): void {
    const place = this.#find(this.#textOf(one))
    const isNew = this.#places[place] === null
    this.#places[place] = one
    if (isNew && ++this.#size * 4 > this.#places.length * 3) this.#resize(this.#places.length * 2)
  }

  delete(text: string): void {
    const place = this.#find(text)
    if (this.#places[place] === null) return
    this.#size--
    this.#close(place)
    const { length } = this.#places
    if (length > FEWEST_PLACES && this.#size * 8 < length) this.#resize(length / 2)
  }

  /** The place of this text: what has it, or the empty one where it would be. */
  #find(text: string): number {
    let place = this.#first(text)
    for (;;) {
      const one = this.#places[place] as T | null
      if (one === null || this.#textOf(one) === text) return place
      place = this.#after(place)
    }
  }

  /** Empties a place, and moves up what would no longer be found behind it. */
  #close(gap: number): void {
    const places = this.#places
    places[gap] = null
    const distance = (from: number, to: number) => (to - from) & (places.length - 1)
    for (let place = this.#after(gap); places[place] !== null; place = this.#after(place)) {
      const first = this.#first(this.#textOf(places[place] as T))
      if (distance(first, place) < distance(gap, place)) continue
      places[gap] = places[place] as T
      places[place] = null
      gap = place
    }
  }

  #after(place: number): number {
    return (place + 1) & (this.#places.length - 1)
  }

  #first(text: string): number {
    return hashOf(text, this.#seed) & (this.#places.length - 1)
  }

  #resize(length: number): void {
    const former = this.#places
    this.#places = empty(length)
    for (const one of former) if (one !== null) this.#places[this.#find(this.#textOf(one))] = one
  }
}

function empty<T>(length: number): (T | null)[] {
  return Array.from({ length }, () => null)
}

/** MurmurHash3 (Appleby), 32 bits, of UTF-16 units. */
function hashOf(text: string, seed: number): number {
  let hash = seed
  for (let at = 0; at < text.length; at++) {
    const unit = Math.imul(text.charCodeAt(at), 0xcc9e2d51)
    hash ^= Math.imul((unit << 15) | (unit >>> 17), 0x1b873593)
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

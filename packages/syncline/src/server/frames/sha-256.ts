/** The compression function of SHA-256 (FIPS 180-4), for whoever has only a block or two to hash. */
import { wordAt } from '../word-at.ts'

export const BLOCK_BYTES = 64
/** Bytes of a state. */
export const STATE_BYTES = 32

const ROUNDS = 64
const PRIMES = firstPrimes(ROUNDS)

/** The beginnings of the square roots of primes: the state before the first block. */
const BEGINNING = Int32Array.from(PRIMES.slice(0, STATE_BYTES / 4), (prime) => fraction(Math.sqrt(prime)))
const CONSTANTS = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)))

/** Words of which all that are asked for by a fixed place are there. */
type Numbers = Int32Array & { [place in 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7]: number }

const schedule = new Int32Array(ROUNDS)

/** What a text has been mixed into, block by block. */
export class HashState {
  readonly #words = Int32Array.from(BEGINNING) as Numbers

  begin(): void {
    this.#words.set(BEGINNING)
  }

  /** Goes on from where another one stands. */
  beginAt(other: HashState): void {
    this.#words.set(other.#words)
  }

  /** Mixes a block in. */
  add(block: Uint8Array): void {
    for (let round = 0; round < 16; round++) schedule[round] = wordAt(block, round * 4)
    for (let round = 16; round < ROUNDS; round++)
      schedule[round] = at(round - 16) + small0(at(round - 15)) + at(round - 7) + small1(at(round - 2))
    const state = this.#words
    let a = state[0]
    let b = state[1]
    let c = state[2]
    let d = state[3]
    let e = state[4]
    let f = state[5]
    let g = state[6]
    let h = state[7]
    for (let round = 0; round < ROUNDS; round++) {
      const choice = (e & f) ^ (~e & g)
      const majority = (a & b) ^ (a & c) ^ (b & c)
      const first = (h + large1(e) + choice + (CONSTANTS[round] as number) + at(round)) | 0
      h = g
      g = f
      f = e
      e = (d + first) | 0
      d = c
      c = b
      b = a
      a = (first + large0(b) + majority) | 0
    }
    state[0] += a
    state[1] += b
    state[2] += c
    state[3] += d
    state[4] += e
    state[5] += f
    state[6] += g
    state[7] += h
  }

  /** Writes its first bytes to the beginning of `into`. */
  copy(into: Uint8Array, bytes: number): void {
    for (let at = 0; at < bytes; at++) into[at] = (this.#words[at >> 2] as number) >>> (24 - 8 * (at & 3))
  }
}

function at(round: number): number {
  return schedule[round] as number
}

const turned = (word: number, bits: number) => (word >>> bits) | (word << (32 - bits))
const small0 = (word: number) => turned(word, 7) ^ turned(word, 18) ^ (word >>> 3)
const small1 = (word: number) => turned(word, 17) ^ turned(word, 19) ^ (word >>> 10)
const large0 = (word: number) => turned(word, 2) ^ turned(word, 13) ^ turned(word, 22)
const large1 = (word: number) => turned(word, 6) ^ turned(word, 11) ^ turned(word, 25)

/** The first 32 bits behind the point. */
function fraction(number: number): number {
  return Math.floor((number % 1) * 2 ** 32) | 0
}

function firstPrimes(count: number): number[] {
  const primes: number[] = []
  for (let number = 2; primes.length < count; number++)
    if (primes.every((prime) => number % prime !== 0)) primes.push(number)
  return primes
}

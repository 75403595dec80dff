/**
 * Many of one kind: the sockets of a gateway, the members of a room. Each knows its seat, so that it is found without a
 * table; a `Set` takes two to three times as much memory for each (`bench`: G5).
 */

/** What a roster holds; it sits in one roster at a time. */
export interface Seated {
  /** Where it sits: the roster's business. Whoever is in none has any number. */
  seat: number
}

/** Empty seats that are left until there are more of them than of the others. */
const FEW = 16

/** In the order in which they came. A walk leaves out who goes meanwhile, and meets who comes. */
export class Roster<T extends Seated> {
  #seats: (T | null)[] = []
  #size = 0
  /** How many walks are under way: seats do not move under them. */
  #walks = 0

  get size(): number {
    return this.#size
  }

  has(one: T): boolean {
    return this.#seats[one.seat] === one
  }

  add(one: T): void {
    if (this.has(one)) return
    one.seat = this.#seats.push(one) - 1
    this.#size++
  }

  /** Whether it was there. */
  delete(one: T): boolean {
    if (!this.has(one)) return false
    this.#seats[one.seat] = null
    this.#size--
    const empty = this.#seats.length - this.#size
    if (this.#walks === 0 && empty > FEW && empty > this.#size) this.#moveUp()
    return true
  }

  #moveUp(): void {
    this.#seats = this.#seats.filter((one) => one !== null)
    for (const [seat, one] of this.#seats.entries()) (one as T).seat = seat
  }

  /** Calls `visit` for each. */
  forEach(visit: (one: T) => void): void {
    this.#walks++
    try {
      for (let seat = 0; seat < this.#seats.length; seat++) {
        const one = this.#seats[seat]
        if (one) visit(one)
      }
    } finally {
      this.#walks--
    }
  }

  *[Symbol.iterator](): Generator<T, void> {
    this.#walks++
    try {
      for (let seat = 0; seat < this.#seats.length; seat++) {
        const one = this.#seats[seat]
        if (one) yield one
      }
    } finally {
      this.#walks--
    }
  }
}

/** Which records a room holds, and at which version each came in. */
import type { Entry } from './entry.ts'

/** The members of one room. */
export class RoomMembers {
  readonly #enteredAt = new Map<Entry, number>()

  has(entry: Entry): boolean {
    return this.#enteredAt.has(entry)
  }

  /** Version at which the record entered; undefined when it is not a member. */
  enteredAt(entry: Entry): number | undefined {
    return this.#enteredAt.get(entry)
  }

  /** True when the record was not a member before. */
  enter(entry: Entry, version: number): boolean {
    const before = this.#enteredAt.get(entry)
    if (before === undefined || before < version) this.#enteredAt.set(entry, version)
    return before === undefined
  }

  /** True when the record was a member. A room that the record entered again at a higher version keeps it. */
  leave(entry: Entry, version = Number.POSITIVE_INFINITY): boolean {
    const entered = this.#enteredAt.get(entry)
    if (entered === undefined || entered > version) return false
    return this.#enteredAt.delete(entry)
  }

  /** The records, and the versions at which they entered. */
  [Symbol.iterator](): Iterator<[Entry, number]> {
    return this.#enteredAt[Symbol.iterator]()
  }
}

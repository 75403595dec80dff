/**
 * Entries that their users were not told, or not whole, because they may not see the record: until the right may be
 * back. Whose rule a batch can have changed is asked again, and nobody else.
 */
import type { Conflict } from '../../postgres/apply/writer.ts'
import type { TouchedGuards } from '../rooms/guards.ts'

/** Entries that are kept of one user; what is beyond comes with the next `hello`. */
const MOST_OF_USER = 1_000

type Entry = Pick<Conflict, 'id' | 'model' | 'record'>

export class WithheldEntries {
  readonly #byUser = new Map<string, Map<string, Entry>>()
  /** Ids to ask about again. */
  readonly #due = new Map<string, Set<string>>()

  /** Noted before it is asked what may be read of them, so that no change of a right comes in between. */
  note(userId: string, entries: readonly Entry[]): void {
    const known = this.#byUser.get(userId) ?? new Map<string, Entry>()
    for (const { id, model, record } of entries)
      if (known.size < MOST_OF_USER) known.set(id, { id, model, record })
    if (known.size > 0) this.#byUser.set(userId, known)
  }

  /** They were told whole. */
  forget(userId: string, ids: Iterable<string>): void {
    for (const id of ids) {
      this.#byUser.get(userId)?.delete(id)
      this.#due.get(userId)?.delete(id)
    }
    if (this.#byUser.get(userId)?.size === 0) this.#byUser.delete(userId)
    if (this.#due.get(userId)?.size === 0) this.#due.delete(userId)
  }

  /** A batch may have changed what these records' rules answer. Users who are away are forgotten. */
  touch(touched: TouchedGuards, isHere: (userId: string) => boolean): void {
    if (touched.size === 0) return
    for (const [userId, entries] of this.#byUser) {
      if (!isHere(userId)) {
        this.forget(userId, [...entries.keys()])
        continue
      }
      const due = [...entries.values()].filter(({ model, record }) => isTouched(touched.get(model), record))
      if (due.length === 0) continue
      this.#due.set(userId, new Set([...(this.#due.get(userId) ?? []), ...due.map(({ id }) => id)]))
    }
  }

  /** Of whom something is to be asked again, but these. */
  next(others: ReadonlySet<string>): string | undefined {
    for (const userId of this.#due.keys()) if (!others.has(userId)) return userId
    return undefined
  }

  /** Takes what is to be asked again of a user; it stays withheld until it is told. */
  take(userId: string): ReadonlySet<string> {
    const due = this.#due.get(userId) ?? NOTHING
    this.#due.delete(userId)
    return due
  }
}

const NOTHING: ReadonlySet<string> = new Set()

function isTouched(records: ReadonlySet<string> | 'all' | undefined, record: string): boolean {
  return records === 'all' || records?.has(record) === true
}

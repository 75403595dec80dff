/**
 * Which entries are still to be told, and to which readers of their user: a line of users, each of whom stands in it
 * once, whatever comes meanwhile.
 *
 *   W4 no blockage   it holds at most 1,000 entries of a user; of whom more are due, all that is open is told instead
 */

/** As many as are read of one user's open entries. */
const MOST_OF_USER = 1_000

/** Whether an entry is due to a reader. */
export type IsFor<Reader> = (reader: Reader) => boolean

/** What is due to one user; `all` when everything that is open is. */
export type Due<Reader> = ReadonlyMap<string, IsFor<Reader>> | 'all'

export class DueEntries<Reader> {
  /** Who was added first stands in front. */
  readonly #byUser = new Map<string, Map<string, IsFor<Reader>> | 'all'>()

  /** Adds an entry of a user; one that is due already is due to these readers too. */
  add(userId: string, id: string, isFor: IsFor<Reader>): void {
    const due = this.#byUser.get(userId) ?? new Map<string, IsFor<Reader>>()
    if (due === 'all') return
    const known = due.get(id)
    due.set(id, known ? (reader) => known(reader) || isFor(reader) : isFor)
    this.#byUser.set(userId, due.size > MOST_OF_USER ? 'all' : due)
  }

  /** Everything that is open is due. */
  addAll(userId: string): void {
    this.#byUser.set(userId, 'all')
  }

  /** Takes the first of the line out of it who is not among these. */
  take(others: ReadonlySet<string>): readonly [userId: string, due: Due<Reader>] | undefined {
    for (const [userId, due] of this.#byUser) {
      if (others.has(userId)) continue
      this.#byUser.delete(userId)
      return [userId, due]
    }
    return undefined
  }
}

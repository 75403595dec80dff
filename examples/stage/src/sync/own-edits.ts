/**
 * What whoever is signed in has changed here and the server has not stamped yet: until then the stamps of these records
 * name whoever changed them before.
 *
 *   K1 at once   what one writes is one's own from the moment it is written, with or without a network
 */

/** A commit is told a moment before the row with its stamp comes, in ms. */
const STAMP_MS = 2_000

/** What was changed. */
export interface Edited {
  readonly id: string
  readonly productionId: string | undefined
}

interface OwnEdit extends Edited {
  readonly at: number
}

export class OwnEdits {
  #edits: readonly OwnEdit[] = []
  readonly #listeners = new Set<() => void>()

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** When a record was last changed here, in ms since 1970; undefined when all of it is stamped. */
  of(id: string): number | undefined {
    return this.#edits.findLast((edit) => edit.id === id)?.at
  }

  /** The same of anything in a production, and of itself. */
  in(productionId: string): number | undefined {
    return this.#edits.findLast((edit) => edit.productionId === productionId || edit.id === productionId)?.at
  }

  /** A write of some records is under way, until `written` says whether it was committed. */
  async add(records: readonly Edited[], at: number, written: Promise<unknown>): Promise<void> {
    const edits = records.map((record): OwnEdit => ({ ...record, at }))
    this.#set([...this.#edits, ...edits])
    const remove = () => this.#set(this.#edits.filter((edit) => !edits.includes(edit)))
    try {
      await written
      setTimeout(remove, STAMP_MS)
    } catch {
      remove()
    }
  }

  #set(edits: readonly OwnEdit[]): void {
    this.#edits = edits
    for (const listener of this.#listeners) listener()
  }
}

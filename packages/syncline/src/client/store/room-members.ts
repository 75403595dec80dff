/** Which records a room holds, and at which version each came in. */
import type { Entry } from './entry.ts'
import type { LoadedRows } from './loaded-rows.ts'
import { type StoreRecord, takeSeen } from './store-record.ts'

/** The members of one room that have entries, and the versions at which they entered; and its other members. */
export class RoomMembers extends Map<Entry, number> {
  readonly loaded: readonly LoadedRows[]

  constructor(loaded: Iterable<LoadedRows> = []) {
    super()
    this.loaded = [...loaded]
  }

  /** Takes over a record of which the page sees the row already. */
  add(entry: Entry, record: StoreRecord): void {
    entry.base = record
    entry.row = takeSeen(record)
    entry.holders = 1
    this.set(entry, record.enteredAt ?? record.version)
  }

  /** True when the record was not a member before. */
  enter(entry: Entry, version: number): boolean {
    const before = this.get(entry)
    if (before === undefined || before < version) this.set(entry, version)
    return before === undefined
  }

  /** True when the record was a member. A room that the record entered again at a higher version keeps it. */
  leave(entry: Entry, version = Number.POSITIVE_INFINITY): boolean {
    return (this.get(entry) ?? version) <= version && this.delete(entry)
  }
}

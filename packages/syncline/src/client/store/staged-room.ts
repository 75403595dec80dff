/**
 * The rows of a load, beside what is shown: each part is taken in when it arrives, so that little is left to do when
 * the last one puts all of them in place at once (L5; bench: G7).
 */
import type { Entry } from './entry.ts'
import type { LoadedRows } from './loaded-rows.ts'
import type { StoreRecord } from './store-record.ts'

export class StagedRoom {
  /** Records that nothing else knows of, by model. */
  readonly loaded = new Map<string, LoadedRows>()
  /** The others. */
  readonly records = new Map<Entry, StoreRecord>()

  /** Takes in a record that has an entry. */
  add(entry: Entry, record: StoreRecord): void {
    if (this.records.has(entry)) return
    entry.stages++
    this.records.set(entry, record)
  }
}

/**
 * The rows of a load, beside what is shown: each part is taken in when it arrives, so that little is left to do when
 * the last one puts all of them in place at once (L5; bench: G7).
 */
import type { Entry } from './entry.ts'
import { RoomMembers } from './room-members.ts'
import type { StoreRecord } from './store.ts'

export class StagedRoom {
  readonly members = new RoomMembers()
  /** In the order of `records`. */
  readonly entries: Entry[] = []
  readonly records: StoreRecord[] = []

  add(entry: Entry, record: StoreRecord): void {
    if (!this.members.enter(entry, record.enteredAt ?? record.version)) return
    entry.stages++
    this.entries.push(entry)
    this.records.push(record)
  }
}

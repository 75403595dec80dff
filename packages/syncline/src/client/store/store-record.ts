/** Confirmed records and changes, as the server, a load or the device's storage brings them. */
import type { FieldChange } from '../../protocol/merge.ts'
import type { AnyRow } from '../query/row.ts'
import type { BaseRecord, Entry } from './entry.ts'
import { sameRow } from './rebase.ts'

/** A confirmed change of one record in one room, its values as rows hold them. */
export interface StoreChange extends FieldChange {
  readonly model: string
  readonly id: string
  readonly action: 'create' | 'update' | 'delete' | 'enter' | 'leave'
}

/** A confirmed record, as a first load or the device's storage brings it. */
export interface StoreRecord extends BaseRecord {
  readonly model: string
  /** Version at which it entered the room; its own when unknown. */
  readonly enteredAt?: number
  /** What the page sees of it until the end of the transaction that has made it. */
  seen?: AnyRow | undefined
}

/** What the page sees of a record, which from now on is its row. */
export function takeSeen(record: StoreRecord): AnyRow {
  const { seen, fields } = record
  if (seen) record.seen = undefined
  return seen ?? fields
}

/** A record that is about to replace this one; the row stays the same object when its members are. */
export function keepRow({ fields }: BaseRecord, record: StoreRecord): StoreRecord {
  return { ...record, fields: sameRow(fields, record.fields) }
}

/** The base itself, when it was loaded as a member that entered then. */
export function recordOf(
  { model }: Entry,
  base: BaseRecord & Partial<StoreRecord>,
  enteredAt: number,
): StoreRecord {
  if (base.model && (base.enteredAt ?? base.version) === enteredAt) return base as StoreRecord
  const { version, fields, fieldVersions } = base
  return { model, version, fieldVersions, fields, enteredAt }
}

/**
 * The records of one model: entries, visible rows, and the rows by reference. A record has an entry, or is in what
 * one room has loaded, or is in that and in what is to replace it.
 */
import { merge } from '../../protocol/merge.ts'
import { LinkIndex } from '../query/link-index.ts'
import type { AnyRow, RowChange, RowsById } from '../query/row.ts'
import { type BaseRecord, createEntry, type Entry, isEmptyEntry } from './entry.ts'
import type { LoadedRows } from './loaded-rows.ts'
import { RoomMembers } from './room-members.ts'
import { sameRow } from './rebase.ts'
import { type StoreChange, type StoreRecord, takeSeen } from './store-record.ts'

export class Table {
  readonly model: string
  /** What the page sees. */
  readonly rows: RowsById = {
    get: (id) => this.#entries.get(id)?.row ?? this.loadedRecord(id)?.fields,
    values: () => this.#visible(),
  }
  revision = 0
  /** Records without entries, shown or under way. */
  readonly loaded = new Set<LoadedRows>()
  readonly #entries = new Map<string, Entry>()
  /** Records without entries that the transaction under way has made, and some that are not there any more. */
  #updated: StoreRecord[] = []
  #changes: RowChange[] = []
  readonly #links = new Map<string, LinkIndex | undefined>()

  constructor(model: string) {
    this.model = model
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id)
  }

  /** A shown record that has no entry. */
  loadedRecord(id: string): StoreRecord | undefined {
    for (const loaded of this.loaded) {
      const record = isShown(loaded) ? loaded.get(id) : undefined
      if (record) return record
    }
    return undefined
  }

  /** Whether anything knows of a record, except the load that brings it and the one that this replaces. */
  knows(id: string, bringing: LoadedRows, replaced: LoadedRows | undefined): boolean {
    // Asking an empty map too costs a hash of the id (bench: G11).
    if (this.#entries.size > 0 && this.#entries.has(id)) return true
    for (const loaded of this.loaded) {
      if (loaded !== bringing && loaded !== replaced && loaded.get(id)) return true
    }
    return false
  }

  /** The entry of a record, made when it has none; nothing changes for the page. */
  open(id: string): Entry {
    const known = this.#entries.get(id)
    if (known) return known
    const entry = createEntry(this.model, id)
    this.#entries.set(id, entry)
    for (const loaded of this.loaded) {
      const record = loaded.take(id)
      if (record) loaded.owner.add(entry, record)
    }
    return entry
  }

  /** Applies an update to a record that a room has loaded; false when it has an entry, or is not there (bench: G8). */
  update({ loaded }: RoomMembers, change: StoreChange): boolean {
    const { model } = this
    const rows = loaded.find((each) => each.model === model)
    const record = rows?.get(change.id)
    if (!record) return false
    const { version, fieldVersions, fields } = merge(record, change) as BaseRecord
    if (fields === record.fields) return true
    const enteredAt = record.enteredAt ?? record.version
    const seen = takeSeen(record)
    const updated = { model, version, fieldVersions, fields: sameRow(seen, fields), enteredAt, seen }
    rows?.replace(updated)
    this.#updated.push(updated)
    return true
  }

  /** What the transaction under way has made of records without entries. */
  get updated(): StoreRecord[] {
    return this.#updated.filter(({ seen }) => seen)
  }

  /** Makes the row of an entry visible. */
  show(entry: Entry, after: AnyRow | undefined): void {
    this.tidy(entry)
    this.#note(entry.row, after)
    entry.row = after
  }

  /** Takes what the transaction that ends has changed for the page. */
  takeChanges(): RowChange[] {
    for (const record of this.updated) this.#note(takeSeen(record), record.fields)
    const changes = this.#changes
    this.#updated = []
    this.#changes = []
    return changes
  }

  #note(before: AnyRow | undefined, after: AnyRow | undefined): void {
    if (before === after) return
    this.revision++
    const change = { before, after }
    if (this.#links.size > 0) for (const index of this.#links.values()) index?.apply(change)
    this.#changes.push(change)
  }

  /** Lets go of an entry that holds nothing. */
  tidy(entry: Entry): void {
    if (isEmptyEntry(entry)) this.#entries.delete(entry.id)
  }

  #visible(): AnyRow[] {
    const rows: AnyRow[] = []
    for (const { row } of this.#entries.values()) if (row) rows.push(row)
    for (const loaded of this.loaded) if (isShown(loaded)) loaded.each(({ fields }) => rows.push(fields))
    return rows
  }

  /**
   * The rows whose field has this value. The index is made when it is asked for again: looking through all rows once
   * costs less (bench: G10).
   */
  linked(field: string, value: unknown): readonly AnyRow[] {
    const index = this.#links.get(field)
    if (index) return [...index.get(value)]
    const rows = this.#visible()
    this.#links.set(field, this.#links.has(field) ? new LinkIndex(field, rows) : undefined)
    return rows.filter((row) => row[field] === value)
  }

  /** Many rows came or went. */
  reload(): void {
    this.revision++
    this.#links.clear()
  }
}

function isShown({ owner }: LoadedRows): boolean {
  return owner instanceof RoomMembers
}

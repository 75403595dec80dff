/** The records of one model: entries, visible rows, and the rows by reference. */
import { LinkIndex } from '../query/link-index.ts'
import type { AnyRow, RowChange, RowsById } from '../query/row.ts'
import { createEntry, type Entry, isEmptyEntry } from './entry.ts'

export class Table {
  readonly model: string
  /** What the page sees. */
  readonly rows: RowsById = {
    get: (id) => this.#entries.get(id)?.row,
    values: () => this.#visible(),
  }
  revision = 0
  readonly #entries = new Map<string, Entry>()
  readonly #links = new Map<string, LinkIndex>()

  constructor(model: string) {
    this.model = model
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id)
  }

  /** The entry of a record, made when it is new. */
  open(id: string): Entry {
    const known = this.#entries.get(id)
    if (known) return known
    const entry = createEntry(this.model, id)
    this.#entries.set(id, entry)
    return entry
  }

  /** Makes the row of an entry visible, and tells what changed for the page. */
  show(entry: Entry, after: AnyRow | undefined): RowChange | undefined {
    const before = entry.row
    this.tidy(entry)
    if (before === after) return undefined
    entry.row = after
    this.revision++
    const change = { before, after }
    if (this.#links.size > 0) for (const index of this.#links.values()) index.apply(change)
    return change
  }

  /** Lets go of an entry that holds nothing. */
  tidy(entry: Entry): void {
    if (isEmptyEntry(entry)) this.#entries.delete(entry.id)
  }

  #visible(): AnyRow[] {
    const rows: AnyRow[] = []
    for (const { row } of this.#entries.values()) if (row) rows.push(row)
    return rows
  }

  /** The rows whose field has this value; the index is made when it is first asked for. */
  linked(field: string, value: unknown): Iterable<AnyRow> {
    const index = this.#links.get(field) ?? new LinkIndex(field, this.rows.values())
    this.#links.set(field, index)
    return index.get(value)
  }
}

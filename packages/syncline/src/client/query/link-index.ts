/** Rows by the value of one field: what `include` follows, and where an equality on a reference starts. */
import type { AnyRow, RowChange } from './row.ts'

export class LinkIndex {
  readonly field: string
  readonly #byValue = new Map<unknown, Map<string, AnyRow>>()

  constructor(field: string, rows: Iterable<AnyRow>) {
    this.field = field
    for (const row of rows) this.#add(row)
  }

  get(value: unknown): Iterable<AnyRow> {
    return this.#byValue.get(value)?.values() ?? []
  }

  apply({ before, after }: RowChange): void {
    if (before && before[this.field] !== after?.[this.field]) this.#remove(before)
    if (after) this.#add(after)
  }

  #add(row: AnyRow): void {
    const value = row[this.field]
    const rows = this.#byValue.get(value)
    if (rows) rows.set(row.id, row)
    else this.#byValue.set(value, new Map([[row.id, row]]))
  }

  #remove(row: AnyRow): void {
    const value = row[this.field]
    const rows = this.#byValue.get(value)
    rows?.delete(row.id)
    if (rows?.size === 0) this.#byValue.delete(value)
  }
}

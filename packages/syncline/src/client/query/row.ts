/** Rows as pages see them, and how one row turned into another. */

/** A record of any model: its id and its fields in camelCase. Never changed in place. */
export interface AnyRow {
  readonly id: string
  readonly [field: string]: unknown
}

/** One visible change: `before` is missing for a new row, `after` for one that went. */
export interface RowChange {
  readonly before: AnyRow | undefined
  readonly after: AnyRow | undefined
}

/** The visible rows of one model. */
export interface RowsById {
  get(id: string): AnyRow | undefined
  values(): AnyRow[]
}

/** What a live query reads. */
export interface RowSource {
  rows(model: string): RowsById
  /** The rows of a model whose field has this value. */
  linked(model: string, field: string, value: unknown): readonly AnyRow[]
  /** Rises with every change of a visible row of this model. */
  revision(model: string): number
}

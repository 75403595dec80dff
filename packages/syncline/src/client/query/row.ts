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

/** What a live query reads. */
export interface RowSource {
  /** All visible rows of a model by id. */
  rows(model: string): ReadonlyMap<string, AnyRow>
  /** The rows of a model whose field has this value. */
  linked(model: string, field: string, value: unknown): Iterable<AnyRow>
  /** Rises with every change of a visible row of this model. */
  revision(model: string): number
}

/** Rows of `syncline.log` as the tail, catch-up and snapshot hand them on. */

export type ChangeAction = 'create' | 'update' | 'delete' | 'enter' | 'leave'

/** One change in one room. `fields` and `fieldVersions` stay JSON text, so that frames are built without parsing. */
export interface LogRow {
  readonly xid: string
  /** As PostgreSQL prints it in UTC, to the microsecond; `isoTime` writes it for the wire. */
  readonly at: string
  /** `Production:42` (the id as it is, not percent-encoded), `Lens:all` for a shared model, or null. */
  readonly room: string | null
  /** Model name in camelCase; `@table` for a table that is no model but guards access. */
  readonly model: string
  readonly id: string
  readonly action: ChangeAction | 'truncate'
  /** JSON text of an object keyed by camelCase field; null for leave, delete and guards. */
  readonly fields: string | null
  /** Version after the change. */
  readonly version: number
  /** JSON text when fields have different versions, else null. */
  readonly fieldVersions: string | null
  readonly actor: string | null
  /** `app` for a change made through Syncline, else the database role. */
  readonly source: string
  readonly device: string | null
  readonly op: number | null
  /** JSON text: what markers must be sent (step 1). */
  readonly marks: string | null
}

/** A PostgreSQL snapshot (`pg_current_snapshot()::text`): `xmin:xmax:xip,…`. */
export type SnapshotText = string

/** What the tail read in one go: complete transactions that became visible between two snapshots. */
export interface Batch {
  readonly from: SnapshotText
  readonly to: SnapshotText
  readonly rows: readonly LogRow[]
  /**
   * Rooms with so many changes in this batch that they are loaded again instead; their rows are left out. The empty
   * string stands for the changes that belong to no room: guards and marks.
   */
  readonly overflowing: ReadonlySet<string>
  /**
   * Set when the log could not be continued (another life of the database, or pruned past the tail): what was known
   * before is void, every room is loaded again, every right checked again. `rows` is empty then.
   */
  readonly reset?: 'history' | 'pruned'
}

/**
 * What has been marked since a cursor: for clients that come back, and for pages that were rendered a moment ago (R1).
 *
 * The log is read from memory when that reaches back far enough, and at most 10,000 rows are looked at: beyond that, and
 * when the log cannot be continued from the cursor (L4), everything counts as changed. Many clients come back with one
 * cursor, so what was derived is kept for a while.
 */
import type { Connection, Database } from '../../postgres/database.ts'
import { type ChangeRow, toLogRows } from '../../postgres/log/change-row.ts'
import { whyNotContinued } from '../../postgres/log/continuity.ts'
import { covers, isVisible } from '../../postgres/log/cursor.ts'
import { atOneSnapshot } from '../../postgres/log/one-snapshot.ts'
import type { Tail } from '../../postgres/log/tail.ts'
import { CHANGE_COLUMNS, unseenChanges } from '../../postgres/log/unseen-changes.ts'
import type { LogRow, SnapshotText } from '../../postgres/log-row.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import type { CursorContent } from '../cursor/cursor-bytes.ts'
import type { Guards, TouchedGuards } from '../rooms/guards.ts'
import { type DerivedMarks, deriveMarks } from './derive-marks.ts'

/** Log rows that are looked at for one cursor. */
const MOST_ROWS = 10_000
/** Cursors whose marks are kept. */
const REMEMBERED = 32

/** What was marked; `everything` when it cannot be told. */
export type Missed =
  | (DerivedMarks & {
      /** Records whose rule may answer differently since, by model. */
      readonly touched: TouchedGuards
    })
  | 'everything'

export class ChangedSince {
  readonly #schema: CompiledSchema
  readonly #database: Database
  readonly #guards: Guards
  readonly #remembered = new Map<string, Promise<Missed>>()

  constructor(schema: CompiledSchema, database: Database, guards: Guards) {
    this.#schema = schema
    this.#guards = guards
    this.#database = database
  }

  /** What was marked between the cursor and the tail's position; what comes later is handed on live. */
  find(cursor: CursorContent | null, tail: Pick<Tail, 'position' | 'recent' | 'historyAt'>): Promise<Missed> {
    if (cursor === null) return Promise.resolve('everything')
    const key = `${cursor.history} ${cursor.snapshot} ${tail.position}`
    const known = this.#remembered.get(key)
    if (known) return known
    const found = this.#find(cursor, tail)
    found.catch(() => this.#remembered.delete(key))
    if (this.#remembered.size >= REMEMBERED)
      this.#remembered.delete(this.#remembered.keys().next().value as string)
    this.#remembered.set(key, found)
    return found
  }

  async #find(cursor: CursorContent, tail: Pick<Tail, 'position' | 'recent' | 'historyAt'>): Promise<Missed> {
    const upTo = tail.position
    const recent = covers(upTo, cursor.snapshot) ? tail.recent(cursor.snapshot, 'all') : null
    if (recent && tail.historyAt(cursor.snapshot) === cursor.history) return this.#derive(recent)
    return atOneSnapshot(this.#database, (connection) => this.findHere(connection, cursor, upTo))
  }

  /** As `find`, in the caller's transaction, which `atOneSnapshot` began. */
  async findHere(connection: Connection, cursor: CursorContent | null, upTo: SnapshotText): Promise<Missed> {
    if (cursor === null || (await whyNotContinued(connection, cursor)) !== null) return 'everything'
    const rows = await connection.query<ChangeRow>({
      name: 'syncline missed marks',
      text: `${unseenChanges(CHANGE_COLUMNS)} limit ${MOST_ROWS + 1}`,
      values: [cursor.snapshot],
    })
    if (rows.length > MOST_ROWS) return 'everything'
    return this.#derive(toLogRows(rows).filter(({ xid }) => isVisible(xid, upTo)))
  }

  #derive(rows: readonly LogRow[]): Missed {
    if (rows.length > MOST_ROWS) return 'everything'
    return { ...deriveMarks(this.#schema, rows), touched: this.#guards.find(rows) }
  }
}

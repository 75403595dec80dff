/**
 * Catch-up: what a returning reader has missed in its rooms, up to where the tail stands (L2), or why it cannot be told
 * (L4).
 *
 * The reader is registered first, so that live batches wait; it then stands at the later of the two snapshots and takes
 * what the tail hands on from there.
 */
import type { Connection, Database } from '../database.ts'
import type { LogRow, SnapshotText } from '../log-row.ts'
import { type ChangeRow, toLogRows } from './change-row.ts'
import { type RefusalReason, whyNotContinued } from './continuity.ts'
import { type Cursor, covers } from './cursor.ts'
import { atOneSnapshot } from './one-snapshot.ts'
import type { Tail } from './tail.ts'
import { ROOM_LIMIT } from './tail-reader.ts'
import { CHANGE_COLUMNS } from './unseen-changes.ts'

export interface CatchUpRequest {
  /** As in `LogRow.room`. */
  readonly rooms: readonly string[]
  readonly cursor: Omit<Cursor, 'schema'>
  /** The tail's position, or the snapshot of the given connection. */
  readonly upTo: SnapshotText
}

export type CatchUpResult =
  /** `snapshot` is where the reader stands afterwards. */
  | { readonly rows: readonly LogRow[]; readonly snapshot: SnapshotText }
  /** The reader must load again; `large`: loading again is less than what it missed. */
  | { readonly refused: RefusalReason | 'large' }

/**
 * Changes of the rooms between two snapshots. Open transactions are stepped over span by span, because one of them may
 * have written a million rows that nobody sees yet.
 */
const MISSED_SQL = `with edge as (
  select pg_snapshot_xmax($3) as xid
  union all
  select xid from pg_snapshot_xip($3) xid where xid >= pg_snapshot_xmax($2)
), span as (
  select coalesce(lag(xid) over (order by xid), '0') as after, xid as before from edge
), ended as (
  select pg_snapshot_xip($2) as xid except all select pg_snapshot_xip($3)
)
select * from (
  select missed.* from span cross join lateral (
    select ${CHANGE_COLUMNS} from syncline.log
    where room = any($1) and xid >= pg_snapshot_xmax($2) and xid > span.after and xid < span.before
  ) missed
  union all
  select missed.* from ended cross join lateral (
    select ${CHANGE_COLUMNS} from syncline.log where room = any($1) and xid = ended.xid and xid < pg_snapshot_xmax($3)
    offset 0
  ) missed
) change
order by seq limit ${ROOM_LIMIT + 1}`

/** Reads on a pool connection, in a snapshot of its own. With `tail`, from memory when that reaches back far enough. */
export async function catchUp(
  database: Database,
  request: CatchUpRequest,
  tail?: Pick<Tail, 'recent' | 'historyAt' | 'position'>,
): Promise<CatchUpResult> {
  const recent = tail ? fromMemory(tail, request) : null
  return recent ?? atOneSnapshot(database, (connection) => catchUpHere(connection, request))
}

/** Reads in the caller's transaction, which `atOneSnapshot` began. */
export async function catchUpHere(connection: Connection, request: CatchUpRequest): Promise<CatchUpResult> {
  const { rooms, cursor, upTo } = request
  const refused = await whyNotContinued(connection, cursor)
  if (refused) return { refused }
  if (covers(cursor.snapshot, upTo)) return { rows: [], snapshot: cursor.snapshot }
  const rows = await connection.query<ChangeRow>({
    name: 'syncline missed',
    text: MISSED_SQL,
    values: [rooms, cursor.snapshot, upTo],
  })
  return rows.length > ROOM_LIMIT ? { refused: 'large' } : { rows: toLogRows(rows), snapshot: upTo }
}

/** Null when the cursor lies further back, or stands beyond the tail. */
function fromMemory(
  tail: Pick<Tail, 'recent' | 'historyAt' | 'position'>,
  { rooms, cursor, upTo }: CatchUpRequest,
): CatchUpResult | null {
  if (upTo !== tail.position || !covers(upTo, cursor.snapshot)) return null
  const rows = tail.recent(cursor.snapshot, rooms)
  if (!rows || tail.historyAt(cursor.snapshot) !== cursor.history) return null
  return { rows, snapshot: upTo }
}

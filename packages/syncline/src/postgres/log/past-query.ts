/** Reads from the database what a fingerprint is made of. */
import type { Connection, Statement } from '../database.ts'
import type { SnapshotText } from '../log-row.ts'
import { transactionId } from './cursor.ts'
import { type Birth, FINGERPRINT_ROWS, fingerprint, type PastChange, type PastContent } from './past.ts'

/**
 * The newest log rows that a snapshot saw, newest first. Looked for between its open transactions, one span after the
 * other: a plain walk down the index would step over every row that an open transaction has written, perhaps a million.
 */
const NEWEST_CHANGES_SQL = `with edge as (
  select pg_snapshot_xmax($1) as xid union all select pg_snapshot_xip($1)
), span as (
  select coalesce(lag(xid) over (order by xid), '0') as after, xid as before from edge
)
select newest.xid::text as xid, newest.seq::text as seq, newest.at::text as at
from span cross join lateral (
  select xid, seq, at from syncline.log
  where xid > span.after and xid < span.before
  order by xid desc, seq desc limit $2
) newest
order by newest.xid desc, newest.seq desc limit $2`

const NEWEST_BIRTHS_SQL = `select id::text as id, xid::text as xid from syncline.history
where xid < pg_snapshot_xmax($1) and pg_visible_in_snapshot(xid, $1)
order by history.xid desc limit $2`

/** History rows held in memory: tails that connected lately. */
const BIRTHS = 100

function pastStatements(snapshot: SnapshotText, births: number, changes: number): Statement[] {
  return [
    { name: 'syncline births', text: NEWEST_BIRTHS_SQL, values: [snapshot, births] },
    { name: 'syncline newest', text: NEWEST_CHANGES_SQL, values: [snapshot, changes] },
  ]
}

/** The fingerprint of a snapshot as this database shows it; null when it shows no life that the snapshot saw. */
export async function readFingerprint(
  connection: Connection,
  snapshot: SnapshotText,
): Promise<string | null> {
  const [births = [], changes = []] = await connection.pipeline(pastStatements(snapshot, 1, FINGERPRINT_ROWS))
  const birth = toBirths(births)[0]
  return birth ? fingerprint(birth.id, toChanges(changes)) : null
}

/** The newest `count` changes that the snapshot saw, and its births; for `Past.reset`. */
export async function readPast(
  connection: Connection,
  snapshot: SnapshotText,
  count: number,
): Promise<PastContent> {
  const [births = [], changes = []] = await connection.pipeline(pastStatements(snapshot, BIRTHS, count))
  return { births: toBirths(births), changes: toChanges(changes), isWhole: changes.length < count }
}

function toBirths(rows: readonly unknown[]): Birth[] {
  return (rows as { id: string; xid: string }[]).map(({ id, xid }) => ({ id, xid: transactionId(xid) }))
}

function toChanges(rows: readonly unknown[]): PastChange[] {
  return (rows as { xid: string; seq: string; at: string }[]).map(({ xid, seq, at }) => ({
    xid: transactionId(xid),
    seq: Number(seq),
    at,
  }))
}

/**
 * The partitions of the log: ranges of transaction ids that follow one another, made before they are needed.
 *
 * Making one never blocks a writer: the table is made apart and then attached, which locks only the default partition,
 * where writers store what lies in no range. That one is empty unless no server ran for a very long time.
 */
import type { Connection, Database } from '../database.ts'
import { quoteIdentifier } from '../sql.ts'

/** A partition and its range `[from, upto)`; null is unbounded. The default partition has neither. */
export interface LogPartition {
  readonly name: string
  readonly isDefault: boolean
  readonly from: number | null
  readonly upto: number | null
}

export interface RetentionOptions {
  /** Age after which changes are pruned, in ms. @default 30 days */
  retentionMs?: number
  /** Number of newest changes that are kept. @default 10_000_000 */
  maxChanges?: number
}

export const RETENTION_MS = 30 * 24 * 3_600_000
export const MAX_CHANGES = 10_000_000
/** Pruning works in eighths of what is kept: enough to be fine, few enough that a statement's locks stay cheap. */
const PARTITIONS_KEPT = 8
const AHEAD = 2
const NARROWEST = 10_000
const WIDEST = 2 ** 40
const USUAL_WIDTH = 1_000_000
/** How far back the rate of changes is measured, in transactions. */
const MEASURED = 1_000_000
/** Readers of the default partition are waited for this long; a later run tries again. */
const LOCK_TIMEOUT = '200ms'

const LIST_SQL = `select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bounds
from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = 'syncline.log'::regclass`

/** All partitions in order of their ranges, the default one last. */
export async function listPartitions(database: Database | Connection): Promise<LogPartition[]> {
  const rows = await database.query<{ name: string; bounds: string }>(LIST_SQL)
  return rows.map(({ name, bounds }) => ({ name, ...parseBounds(bounds) })).sort((a, b) => rank(a) - rank(b))
}

/** Makes partitions until two lie ahead of the current transaction; returns how many it made. */
export async function makePartitionsAhead(
  database: Database,
  options: RetentionOptions = {},
): Promise<number> {
  let made = 0
  // One transaction each: a lock that is not to be had in time keeps what was made before.
  while (await database.transaction((connection) => makeOneAhead(connection, options))) made++
  return made
}

async function makeOneAhead(connection: Connection, options: RetentionOptions): Promise<boolean> {
  await connection.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`)
  // Of several servers, one at a time.
  await connection.query('select from syncline.retention for update')
  const now = await currentTransaction(connection)
  const partitions = await listPartitions(connection)
  if (partitions.filter(({ from }) => from !== null && from > now).length >= AHEAD) return false
  const end = Math.max(0, ...partitions.map(({ upto }) => upto ?? 0))
  // Past the last one, rows went to the default partition; the next range begins where none of them can lie.
  const from = end > now ? end : now + NARROWEST
  await attachPartition(connection, from, from + (await partitionWidth(connection, options)))
  return true
}

/** Makes a partition of an empty log, inside the caller's transaction. */
export async function createPartition(
  connection: Connection,
  from: number | null,
  upto: number,
): Promise<void> {
  const lower = from === null ? 'minvalue' : `'${from}'`
  await connection.query(
    `create table ${partitionTable(from)} partition of syncline.log for values from (${lower}) to ('${upto}')`,
  )
}

/** Makes a partition of a log in use: attached when it is complete, so that no writer waits. */
async function attachPartition(connection: Connection, from: number, upto: number): Promise<void> {
  const table = partitionTable(from)
  await connection.query(
    `create table if not exists ${table} (like syncline.log including defaults including storage)`,
  )
  await connection.query(
    `alter table syncline.log attach partition ${table} for values from ('${from}') to ('${upto}')`,
  )
}

/** Reads what `pg_get_expr(relpartbound)` prints. */
export function parseBounds(bounds: string): Omit<LogPartition, 'name'> {
  if (bounds === 'DEFAULT') return { isDefault: true, from: null, upto: null }
  const match = /FROM \((?:MINVALUE|'(\d+)')\) TO \((?:MAXVALUE|'(\d+)')\)/.exec(bounds)
  if (!match)
    throw new Error(
      `Partition bounds of syncline.log are not a range of transactions: ${bounds}. Run the migration again.`,
    )
  const number = (digits: string | undefined) => (digits === undefined ? null : Number(digits))
  return { isDefault: false, from: number(match[1]), upto: number(match[2]) }
}

/** Width of the next partition in transactions: an eighth of what is kept, at the rate of late. */
export function widthAtRate(
  rate: { readonly transactions: number; readonly changes: number; readonly ms: number } | null,
  { retentionMs = RETENTION_MS, maxChanges = MAX_CHANGES }: RetentionOptions,
): number {
  if (!rate || rate.transactions <= 0) return USUAL_WIDTH
  const byCount = (maxChanges / PARTITIONS_KEPT) * (rate.transactions / Math.max(1, rate.changes))
  const byAge = (retentionMs / PARTITIONS_KEPT) * (rate.transactions / Math.max(1, rate.ms))
  return Math.round(Math.min(Math.max(Math.min(byCount, byAge), NARROWEST), WIDEST))
}

async function partitionWidth(connection: Connection, options: RetentionOptions): Promise<number> {
  const [rate] = await connection.query<{ transactions: string; changes: string; ms: number }>(
    `with newest as (select xid, seq, at from syncline.log order by xid desc, seq desc limit 1),
          older as (select log.xid, log.seq, log.at from newest, syncline.log
                    where log.xid >= greatest(newest.xid::text::bigint - ${MEASURED}, 0)::text::xid8
                    order by log.xid, log.seq limit 1)
     select newest.xid::text::bigint - older.xid::text::bigint as transactions, newest.seq - older.seq as changes,
            extract(epoch from newest.at - older.at)::float8 * 1000 as ms
     from newest, older`,
  )
  return widthAtRate(
    rate ? { transactions: Number(rate.transactions), changes: Number(rate.changes), ms: rate.ms } : null,
    options,
  )
}

async function currentTransaction(connection: Connection): Promise<number> {
  const [row] = await connection.query<{ xmax: string }>(
    'select pg_snapshot_xmax(pg_current_snapshot())::text as xmax',
  )
  return Number(row?.xmax)
}

function partitionTable(from: number | null): string {
  return quoteIdentifier(`syncline.log_${from ?? 0}`)
}

function rank({ isDefault, from }: LogPartition): number {
  return isDefault ? Number.POSITIVE_INFINITY : (from ?? -1)
}

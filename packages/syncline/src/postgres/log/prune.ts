/**
 * Retention: drops old partitions of the log, and says so first, so that no reader meets a hole (L4).
 *
 * The floor is moved in a transaction of its own, then partitions below it are emptied. Readers take the floor in the
 * same statement as the changes; those that read at an older snapshot have locked the log before (`one-snapshot.ts`).
 * The floor never passes the oldest live transaction: what that one may still write is never pruned unread.
 */
import { pruneTombstones } from '../capture/prune-tombstones.ts'
import type { Connection, Database } from '../database.ts'
import { quoteIdentifier } from '../sql.ts'
import {
  listPartitions,
  type LogPartition,
  MAX_CHANGES,
  RETENTION_MS,
  type RetentionOptions,
} from './partitions.ts'
import { ASIDE_PREFIX } from './set-aside.ts'

export interface PruneOptions extends RetentionOptions {
  /** Newest changes that stay in any case: recent cursors are recognised by them. @default 1_000 */
  minChanges?: number
}

/** What a run did. */
export interface Pruned {
  /** Every change of a transaction below this has been pruned. */
  readonly floor: number
  /** Partitions that are gone or emptied. */
  readonly partitions: readonly string[]
}

/** Writers wait behind a waiting drop, so it gives up soon; the emptied partition is dropped by a later run. */
const DROP_TIMEOUT = '50ms'
const EMPTY_TIMEOUT = '200ms'
const MIN_CHANGES = 1_000
const DELETED_AT_ONCE = 10_000
const LOCK_NOT_AVAILABLE = '55P03'

/** The newest change of a partition, or of the whole log. */
interface Newest {
  readonly seq: number
  readonly ageMs: number
}

/** Prunes once. Several servers may do so at the same time. */
export async function pruneLog(database: Database, options: PruneOptions = {}): Promise<Pruned> {
  const expired = await expiredPartitions(database, options)
  const floor = await raiseFloor(database, expired.at(-1)?.upto ?? 0)
  const gone: string[] = []
  for (const { name, upto } of await listPartitions(database)) {
    if (upto !== null && upto <= floor && (await removePartition(database, name))) gone.push(name)
  }
  await database.query(
    `delete from syncline.log_default where ctid = any(array(
       select ctid from syncline.log_default where xid < (select floor from syncline.retention) limit ${DELETED_AT_ONCE}))`,
  )
  await pruneTombstones(database)
  await dropSetAside(database, options)
  return { floor, partitions: gone }
}

/** The oldest partitions, in order, that are past retention and below every live transaction. */
async function expiredPartitions(database: Database, options: PruneOptions): Promise<LogPartition[]> {
  const { retentionMs = RETENTION_MS, maxChanges = MAX_CHANGES, minChanges = MIN_CHANGES } = options
  const [state] = await database.query<{ xmin: string }>(
    'select pg_snapshot_xmin(pg_current_snapshot())::text as xmin',
  )
  const newest = await newestOf(database, 'log')
  const expired: LogPartition[] = []
  for (const partition of await listPartitions(database)) {
    if (partition.upto === null || partition.upto > Number(state?.xmin)) break
    const last = await newestOf(database, partition.name)
    // An empty one holds nothing to refuse a cursor for.
    if (!newest || !last) continue
    const follow = newest.seq - last.seq
    const isExpired = follow >= minChanges && (follow >= maxChanges || last.ageMs >= retentionMs)
    if (!isExpired) break
    expired.push(partition)
  }
  return expired
}

async function newestOf(database: Database, table: string): Promise<Newest | null> {
  const [row] = await database.query<{ seq: string; age_ms: number }>(
    `select seq::text, extract(epoch from clock_timestamp() - at)::float8 * 1000 as age_ms
     from ${quoteIdentifier(`syncline.${table}`)} order by xid desc, seq desc limit 1`,
  )
  return row ? { seq: Number(row.seq), ageMs: row.age_ms } : null
}

async function raiseFloor(database: Database, floor: number): Promise<number> {
  const [row] = await database.query<{ floor: string }>(
    'update syncline.retention set floor = greatest(floor, $1::text::xid8) returning floor::text',
    [String(floor)],
  )
  return Number(row?.floor)
}

/** Empties a partition, which locks nobody else out, and drops it if no writer is in the way. */
async function removePartition(database: Database, name: string): Promise<boolean> {
  const table = quoteIdentifier(`syncline.${name}`)
  const isEmptied = await tryLocked(database, EMPTY_TIMEOUT, (connection) =>
    connection.query(`truncate ${table}`),
  )
  if (!isEmptied) return false
  await tryLocked(database, DROP_TIMEOUT, (connection) => connection.query(`drop table ${table}`))
  return true
}

/** False when a lock was not to be had in time. */
async function tryLocked(
  database: Database,
  timeout: string,
  work: (connection: Connection) => Promise<unknown>,
): Promise<boolean> {
  try {
    await database.transaction(async (connection) => {
      await connection.query(`set local lock_timeout = '${timeout}'`)
      await work(connection)
    })
    return true
  } catch (error) {
    if ((error as { code?: string }).code === LOCK_NOT_AVAILABLE) return false
    throw error
  }
}

/** Logs of earlier lives are kept as long as changes are. */
async function dropSetAside(database: Database, { retentionMs = RETENTION_MS }: PruneOptions): Promise<void> {
  const tables = await database.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'syncline'::regnamespace and relkind = 'r' and relname like $1`,
    [`${ASIDE_PREFIX.replaceAll('_', '\\_')}%`],
  )
  for (const { name } of tables) {
    const seconds = Number(name.slice(ASIDE_PREFIX.length).split('_')[0])
    if (Date.now() - seconds * 1000 < retentionMs) continue
    await database.query(`drop table ${quoteIdentifier(`syncline.${name}`)}`)
  }
}

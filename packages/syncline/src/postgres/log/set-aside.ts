/** Puts the log of an earlier life aside: kept for people to look at, out of the way of every reader. */
import type { Connection } from '../database.ts'
import { quoteIdentifier } from '../sql.ts'
import { createPartition, listPartitions } from './partitions.ts'

/** Detached partitions are renamed to this, the time in seconds, and a number. */
export const ASIDE_PREFIX = 'log_aside_'

/**
 * Detaches every partition and starts with an empty log, inside the caller's transaction. Nothing is copied: it takes
 * as long for ten million rows as for ten. Waits for transactions that have written to the log.
 */
export async function setLogAside(connection: Connection): Promise<void> {
  await connection.query('lock table syncline.log in access exclusive mode')
  const partitions = await listPartitions(connection)
  const seconds = Math.floor(Date.now() / 1000)
  const newest = await connection.query<{ seq: string }>(
    'select seq::text from syncline.log order by xid desc, seq desc limit 1',
  )
  for (const [index, { name }] of partitions.entries()) {
    const table = quoteIdentifier(`syncline.${name}`)
    await connection.query(`alter table syncline.log detach partition ${table}`)
    await connection.query(`alter table ${table} rename to ${ASIDE_PREFIX}${seconds}_${index}`)
  }
  await connection.query('create table syncline.log_default partition of syncline.log default')
  const [row] = await connection.query<{ xmin: string }>(
    'select pg_snapshot_xmin(pg_current_snapshot())::text as xmin',
  )
  await createPartition(connection, null, Number(row?.xmin) + 1_000_000)
  // A dump may have read the sequence before the newest rows.
  await connection.query(
    `select setval('syncline.log_seq', greatest((select last_value from syncline.log_seq), $1::bigint))`,
    [newest[0]?.seq ?? '1'],
  )
  await connection.query('update syncline.retention set floor = pg_snapshot_xmin(pg_current_snapshot())')
}

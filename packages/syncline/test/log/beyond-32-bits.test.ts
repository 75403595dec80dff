/** L2 where transaction ids leave 32 bits: the server's own counter wraps while writers work. */
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { migrate } from '../../src/postgres/capture/migrate.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import { catchUp } from '../../src/postgres/log/catch-up.ts'
import { parseSnapshot } from '../../src/postgres/log/cursor.ts'
import type { LogRow } from '../../src/postgres/log-row.ts'
import { findPostgres, serverUser, startCluster } from '../../src/testing/postgres-cluster.ts'
import { createLogDatabase, watchLog } from './log-fixture.ts'
import { TORTURE_ROWS_SQL, torture, tortureSchema, touchOf } from './torture-writers.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6))
/** As many transactions before 2^32 as the writers use in about their first second. */
const NEXT_XID = 2 ** 32 - 400
/**
 * `pg_resetwal -x` alone leaves the oldest id where it was, which is then in the future: PostgreSQL takes every id before
 * it for one that nobody can see any longer, and prunes rows that open transactions still read.
 */
const OLDEST_XID = NEXT_XID - 1_000

test('L1, L2: 5,000 changes arrive once and in order while transaction ids pass 2^32', async () => {
  const programs = findPostgres().find(({ bin }) => existsSync(join(bin, 'pg_resetwal')))
  if (!programs)
    throw new Error('No installed PostgreSQL has pg_resetwal. Install the server package of the system.')
  const cluster = await startCluster({ programs })
  await freezeAll(cluster.url())
  await cluster.stop()
  // The status of the transactions that are skipped: pages of zeros.
  writeFileSync(join(cluster.dataDir, 'pg_xact', '0FFF'), Buffer.alloc(32 * 8192))
  execFileSync('chown', [
    '-R',
    String(serverUser().uid ?? process.getuid?.()),
    join(cluster.dataDir, 'pg_xact'),
  ])
  execFileSync(
    join(programs.bin, 'pg_resetwal'),
    ['-x', String(NEXT_XID), '-u', String(OLDEST_XID), '-e', '0', cluster.dataDir],
    serverUser(),
  )
  await cluster.restart()
  const log = await createLogDatabase(cluster.url())
  await migrate(log.database, tortureSchema)
  await log.query(TORTURE_ROWS_SQL)
  const watched = await watchLog(log.database)
  const start = { snapshot: watched.tail.position, history: watched.tail.history }

  const committed = await torture(log, {
    writers: 16,
    changes: 5_000,
    seed: SEED,
    usePrepared: false,
  })
  await watched.until(() => watched.rows().length >= committed.size)
  const rooms = Array.from({ length: 7 }, (_, index) => `Group:${index + 1}`)
  const missed = await catchUp(log.database, { rooms, cursor: start, upTo: watched.tail.position })

  expect(parseSnapshot(start.snapshot).xmax).toBeLessThan(2 ** 32)
  expect(parseSnapshot(watched.tail.position).xmax).toBeGreaterThan(2 ** 32)
  const expected = [...committed].sort((a, b) => a - b)
  const byNumber = (rows: readonly LogRow[]) => rows.map(touchOf).sort((a, b) => a - b)
  expect(byNumber(watched.rows()), `seed ${SEED}`).toEqual(expected)
  expect('rows' in missed && byNumber(missed.rows)).toEqual(expected)
  await watched.tail.close()
  await log.drop()
  await cluster.remove()
})

/** Rows that say "long ago" in 32 bits would lie in the future after the counter has jumped. */
async function freezeAll(url: string): Promise<void> {
  for (const name of ['postgres', 'template1']) {
    const target = new URL(url)
    target.pathname = `/${name}`
    const database = postgres(target.href)
    await database.query('vacuum freeze')
    await database.close()
  }
}

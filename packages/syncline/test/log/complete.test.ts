/**
 * L1, L2 and L5 under writers that do everything: with prepared transactions, where the tail polls, and without, where
 * it is woken.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { migrate } from '../../src/postgres/capture/migrate.ts'
import { isVisible } from '../../src/postgres/log/cursor.ts'
import type { LogRow } from '../../src/postgres/log-row.ts'
import { type Cluster, findPostgres, startCluster } from '../../src/testing/postgres-cluster.ts'
import { createLogDatabase, type WatchedTail, watchLog } from './log-fixture.ts'
import { startNaiveReader } from './naive-reader.ts'
import { TORTURE_ROWS_SQL, torture, tortureSchema, touchOf } from './torture-writers.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6))

/** Lets the writers run, and returns what the tail got beside what the database says. */
async function run(serverUrl: string, options: { changes: number; usePrepared: boolean }) {
  const log = await createLogDatabase(serverUrl)
  await migrate(log.database, tortureSchema)
  await log.query(TORTURE_ROWS_SQL)
  const said: string[] = []
  const watched = await watchLog(log.database, {
    log: { info() {}, warn: (_fields, message) => said.push(message) },
  })
  const naive = await startNaiveReader(log)
  const committed = await torture(log, { writers: 20, seed: SEED, ...options })
  const naiveSeen = await naive.stop()
  await watched.until(() => watched.rows().length >= committed.size)
  const versions = await log.query<{ id: string; version: number; touch: number }>(
    'select id, version, touch from records',
  )
  await watched.tail.close()
  await log.drop()
  return {
    watched,
    committed,
    naiveSeen,
    said,
    records: new Map(versions.map(({ id, version, touch }) => [id, `${version} ${touch}`])),
  }
}

function expectComplete({ watched, committed, naiveSeen, records }: Awaited<ReturnType<typeof run>>): void {
  const rows = watched.rows()
  const seen = new Set(rows.map(touchOf))
  const missed = [...committed].filter((touch) => !seen.has(touch))
  const invented = [...seen].filter((touch) => !committed.has(touch))
  const naiveMissed = [...committed].filter((touch) => !naiveSeen.has(touch))
  console.log(
    `seed ${SEED}: ${committed.size} changes in ${watched.batches.length} batches; the naive reader lost ${naiveMissed.length}`,
  )

  expect({ missed, invented, twice: rows.length - seen.size, seed: SEED }).toEqual({
    missed: [],
    invented: [],
    twice: 0,
    seed: SEED,
  })
  expect(recordsOutOfOrder(rows)).toEqual([])
  expect(lastOf(rows)).toEqual(changed(records))
  expect(transactionsInPieces(watched)).toEqual([])
  // The control: if this reader loses nothing, the writers were too tame to prove anything.
  expect(naiveMissed.length).toBeGreaterThan(0)
}

function recordsOutOfOrder(rows: readonly LogRow[]): string[] {
  const versions = new Map<string, number>()
  return rows
    .filter(({ id, version }) => {
      const isNext = version === (versions.get(id) ?? 1) + 1
      versions.set(id, version)
      return !isNext
    })
    .map(({ id, version }) => `${id} ${version}`)
}

const lastOf = (rows: readonly LogRow[]) =>
  new Map(rows.map((row) => [row.id, `${row.version} ${touchOf(row)}`]))
const changed = (records: Map<string, string>) =>
  new Map([...records].filter(([, state]) => !state.startsWith('1 ')))

/** A transaction whose rows are in two batches, or in a batch that says it had not ended. */
function transactionsInPieces({ batches }: WatchedTail): string[] {
  const batchOf = new Map<string, number>()
  return batches.flatMap((batch, index) =>
    batch.rows
      .filter(({ xid }) => {
        const isWhole = (batchOf.get(xid) ?? index) === index
        batchOf.set(xid, index)
        return !isWhole || !isVisible(xid, batch.to) || isVisible(xid, batch.from)
      })
      .map(({ xid }) => xid),
  )
}

describe.each(findPostgres().map((programs) => [programs.major, programs] as const))(
  'on PostgreSQL %s',
  (major, programs) => {
    let cluster: Cluster
    beforeAll(async () => {
      cluster = await startCluster({ programs, settings: { max_prepared_transactions: '64' } })
    })
    afterAll(() => cluster.remove())

    test('L1, L2, L5: 50,000 changes of 20 writers with prepared transactions arrive once, in order, whole', async () => {
      const outcome = await run(cluster.url(), { changes: 50_000, usePrepared: true })

      expectComplete(outcome)
      expect(outcome.said).toEqual([
        'The log is polled every 100 ms: max_prepared_transactions is 64, and PREPARE TRANSACTION is refused after a notification.',
      ])
    }, 180_000)

    test('L1, L2, L5: 20,000 changes that wake the tail arrive once, in order, whole', async () => {
      expectComplete(await run(inject('servers')[major] as string, { changes: 20_000, usePrepared: false }))
    }, 180_000)
  },
)

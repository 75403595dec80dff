/** L4 and retention: partitions are made ahead, pruned below every live transaction, and never leave a hole unseen. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../src/postgres/database.ts'
import { catchUp, catchUpHere } from '../../src/postgres/log/catch-up.ts'
import { atOneSnapshot } from '../../src/postgres/log/one-snapshot.ts'
import { createPartition, listPartitions, makePartitionsAhead } from '../../src/postgres/log/partitions.ts'
import { FINGERPRINT_ROWS } from '../../src/postgres/log/past.ts'
import { pruneLog } from '../../src/postgres/log/prune.ts'
import { startTail, type Tail } from '../../src/postgres/log/tail.ts'
import { type Cluster, findPostgres, startCluster } from '../../src/testing/postgres-cluster.ts'
import { createLogDatabase, type LogDatabase, watchLog } from './log-fixture.ts'

const PARTITIONS = 4
/** In transactions: more than a test uses between two of its steps. */
const WIDTH = 100

/** Instead of the usual ones, which take a million transactions to fill. */
async function makeNarrowPartitions(database: Database): Promise<void> {
  await database.transaction(async (connection) => {
    for (const { name, isDefault } of await listPartitions(connection)) {
      if (!isDefault) await connection.query(`drop table syncline.${name}`)
    }
    const [row] = await connection.query<{ xid: string }>('select pg_current_xact_id()::text as xid')
    const first = Number(row?.xid) + WIDTH
    await createPartition(connection, null, first)
    for (let count = 0; count < PARTITIONS - 1; count++) {
      await createPartition(connection, first + count * WIDTH, first + (count + 1) * WIDTH)
    }
  })
}

/** Everything that can be pruned is. */
const AT_ONCE = { retentionMs: 0, minChanges: 1 }
const ROOM = 'Room:1'

const standing = ({ position, history }: Tail) => ({ snapshot: position, history })

// A server of its own: here, what other tests do uses no transactions.
describe.each(findPostgres().map((programs) => [programs.major, programs] as const))(
  'on PostgreSQL %s',
  (_major, programs) => {
    let cluster: Cluster
    let log: LogDatabase
    beforeAll(async () => {
      // Whose maintenance uses none either.
      cluster = await startCluster({ programs, settings: { autovacuum: 'off' } })
    })
    afterAll(() => cluster.remove())
    beforeEach(async () => {
      log = await createLogDatabase(cluster.url())
      await makeNarrowPartitions(log.database)
    })
    afterEach(() => log.drop())

    const write = async (...ids: string[]) => {
      for (const id of ids) await log.query('select log_change($1, $2, 1)', [ROOM, id])
    }

    /** Uses transactions until the next partition has begun; returns where it begins. */
    async function nextPartition(): Promise<number> {
      const [row] = await log.query<{ xid: string }>('select pg_current_xact_id()::text as xid')
      const current = (await listPartitions(log.database)).find(
        ({ upto }) => upto !== null && upto > Number(row?.xid),
      )
      const end = current?.upto as number
      await log.query(
        `do $$ begin while pg_current_xact_id()::text::bigint < ${end} loop commit; end loop; end $$`,
      )
      return end
    }

    async function standingNow(): Promise<ReturnType<typeof standing>> {
      const tail = await startTail(log.database, { retention: false }, () => {})
      await tail.close()
      return standing(tail)
    }

    test('L4: a cursor older than what was pruned is refused, a younger one continues', async () => {
      await write('a')
      const old = await standingNow()
      await write('b')
      const end = await nextPartition()
      // A cursor is recognised by the newest changes it saw: as many as are not pruned.
      await write(...Array.from({ length: FINGERPRINT_ROWS }, (_, count) => `c-${count}`))
      const young = await standingNow()
      await write('d')

      const pruned = await pruneLog(log.database, AT_ONCE)

      const tail = await startTail(log.database, { retention: false }, () => {})
      const told = (cursor: typeof old) =>
        catchUp(log.database, { rooms: [ROOM], cursor, upTo: tail.position })
      expect(pruned.floor).toBe(end)
      expect(await told(old)).toEqual({ refused: 'pruned' })
      expect(await told(young)).toMatchObject({ rows: [{ id: 'd' }] })
      const [first] = await log.query<{ id: string }>('select id from syncline.log order by seq')
      expect(first?.id).toBe('c-0')
      await tail.close()
    })

    test('L4: nothing is pruned under an open transaction, whose changes still arrive', async () => {
      const watched = await watchLog(log.database, { retention: false })
      const slow = await log.connect()
      await slow.query(`begin; select log_change('${ROOM}', 'slow', 1)`)
      await write('a')
      await nextPartition()
      await write('b')

      const blocked = await pruneLog(log.database, AT_ONCE)
      await slow.query('commit')
      await watched.until(() => watched.rows().length === 3)
      const free = await pruneLog(log.database, AT_ONCE)

      expect(blocked).toEqual({ floor: 0, partitions: [] })
      expect(watched.rows().map(({ id }) => id)).toEqual(expect.arrayContaining(['a', 'b', 'slow']))
      expect(free.partitions).toHaveLength(1)
      await watched.tail.close()
    })

    test('L4: pruning waits for a reader at an older snapshot, which sees no hole', async () => {
      await write('a')
      const old = await standingNow()
      await write('b')
      await nextPartition()
      await write('c')

      const [read, pruned] = await atOneSnapshot(log.database, async (connection) => {
        const [now] = await connection.query<{ now: string }>('select pg_current_snapshot()::text as now')
        const meanwhile = await pruneLog(log.database, AT_ONCE)
        const rows = await catchUpHere(connection, { rooms: [ROOM], cursor: old, upTo: now?.now as string })
        return [rows, meanwhile] as const
      })
      const later = await pruneLog(log.database, AT_ONCE)

      expect(read).toMatchObject({ rows: [{ id: 'b' }, { id: 'c' }] })
      expect(pruned.partitions).toEqual([])
      expect(later.partitions).toHaveLength(1)
    })

    test('L4: a tail that comes back after the log was pruned past it loads everything again', async () => {
      const watched = await watchLog(log.database, { retention: false, pollMs: 50 })
      await write('a')
      await watched.until(() => watched.rows().length === 1)
      // What a tail finds that was cut off for longer than the retention.
      await log.query(
        `update syncline.retention set floor = (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 5)::text::xid8`,
      )
      for (let used = 0; used < 10; used++) await log.query('select pg_current_xact_id()')

      await watched.until(() => watched.batches.at(-1)?.reset === 'pruned')
      await write('b')
      await watched.until(() => watched.rows().length === 2)

      expect(watched.rows().map(({ id }) => id)).toEqual(['a', 'b'])
      await watched.tail.close()
    })

    test('by number: more changes than are kept are pruned however young they are', async () => {
      await write('a', 'b', 'c')
      await nextPartition()
      await write('d', 'e')

      const kept = await pruneLog(log.database, { maxChanges: 3, minChanges: 1 })
      const pruned = await pruneLog(log.database, { maxChanges: 2, minChanges: 1 })

      expect([kept.partitions.length, pruned.partitions.length]).toEqual([0, 1])
    })

    test('two partitions are made ahead while writers write', async () => {
      const watched = await watchLog(log.database, { retention: false })
      const writer = await log.connect()
      await writer.query(`begin; select log_change('${ROOM}', 'open', 1)`)
      for (let passed = 0; passed < PARTITIONS - 1; passed++) await nextPartition()

      const made = await makePartitionsAhead(log.database)
      const again = await makePartitionsAhead(log.database)
      await write('last')
      await writer.query('commit')
      await watched.until(() => watched.rows().length === 2)

      expect([made, again]).toEqual([2, 0])
      await watched.tail.close()
    })

    test('a writer needs no partition: what fell into the default one is read, and pruned with the rest', async () => {
      const watched = await watchLog(log.database, { retention: false })
      for (const { name, isDefault } of await listPartitions(log.database)) {
        if (!isDefault) await log.query(`drop table syncline.${name}`)
      }

      await write('a', 'b')
      await watched.until(() => watched.rows().length === 2)
      await makePartitionsAhead(log.database)
      await log.query(`update syncline.retention set floor = pg_snapshot_xmin(pg_current_snapshot())`)
      await pruneLog(log.database)

      expect(await log.query('select from syncline.log')).toEqual([])
      await watched.tail.close()
    })
  },
)

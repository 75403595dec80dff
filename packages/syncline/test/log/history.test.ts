/** L4: whatever is done to the database behind its readers, a cursor is continued without a hole or refused. */
import { execFileSync } from 'node:child_process'
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../src/postgres/database.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import { type CatchUpResult, catchUp } from '../../src/postgres/log/catch-up.ts'
import { StandbyError } from '../../src/postgres/log/history.ts'
import { startTail, type Tail } from '../../src/postgres/log/tail.ts'
import {
  type Cluster,
  copyDataDir,
  findPostgres,
  type PostgresPrograms,
  startCluster,
} from '../../src/testing/postgres-cluster.ts'
import { withDatabase } from '../../src/testing/test-database.ts'
import { createLogDatabase, type LogDatabase, watchLog } from './log-fixture.ts'

const ROOM = 'Room:1'

/** Where a client stands that has seen everything up to now. */
const standing = ({ position, history }: Tail) => ({ snapshot: position, history })
type Stand = ReturnType<typeof standing>

/** What a returning client is told by a server that has just started on this database. */
async function returning(database: Database, stand: Stand): Promise<CatchUpResult> {
  const tail = await startTail(database, { retention: false }, () => {})
  try {
    const inMemory = await catchUp(database, { rooms: [ROOM], cursor: stand, upTo: tail.position }, tail)
    const fromTables = await catchUp(database, { rooms: [ROOM], cursor: stand, upTo: tail.position })
    expect(inMemory).toEqual(fromTables)
    return fromTables
  } finally {
    await tail.close()
  }
}

const idsOf = (result: CatchUpResult) => ('rows' in result ? result.rows.map(({ id }) => id) : 'refused')

async function write(log: Pick<LogDatabase, 'query'>, ...ids: string[]): Promise<void> {
  for (const id of ids) await log.query('select log_change($1, $2, 1)', [ROOM, id])
}

/** Uses transaction ids without logging anything. */
async function burn(log: Pick<LogDatabase, 'query'>, count: number): Promise<void> {
  for (let used = 0; used < count; used++) await log.query('select pg_current_xact_id()')
}

describe.each(findPostgres().map((programs) => [programs.major, programs] as const))(
  'on PostgreSQL %s',
  (_major, programs) => {
    let cluster: Cluster
    let log: LogDatabase
    beforeAll(async () => {
      cluster = await startCluster({ programs, settings: { wal_level: 'replica', max_wal_senders: '4' } })
    })
    afterAll(() => cluster.remove())
    beforeEach(async () => {
      log = await createLogDatabase(cluster.url())
    })
    // Left where it is: putting the directory back brings it back too.
    afterEach(() => log.database.close())

    /** The data directory as it is now; the cluster is running again afterwards. */
    async function backUp(): Promise<string> {
      await cluster.stop()
      const copy = copyDataDir(cluster.dataDir)
      await cluster.restart()
      return copy
    }

    /** As a snapshot of the volume: no connection notices, and the copy has to recover. */
    async function backUpOnline(): Promise<string> {
      await log.query('checkpoint')
      const copy = copyDataDir(cluster.dataDir)
      rmSync(join(copy, 'postmaster.pid'))
      return copy
    }

    async function putBack(copy: string): Promise<void> {
      await cluster.stop('immediate')
      rmSync(cluster.dataDir, { recursive: true })
      renameSync(copy, cluster.dataDir)
      await cluster.restart()
    }

    /** Resolves when the tail has passed everything written so far. */
    async function passed(tail: Tail): Promise<void> {
      const [{ xid }] = (await log.query('select pg_current_xact_id()::text as xid')) as [{ xid: string }]
      tail.wake()
      await tail.reached([xid])
    }

    /** A server runs while `work` is done, and its clients stand here at the end. */
    async function whileServing(work: (tail: Tail) => Promise<void>): Promise<Stand> {
      const tail = await startTail(log.database, { retention: false }, () => {})
      await work(tail)
      await passed(tail)
      const stand = standing(tail)
      await tail.close()
      return stand
    }

    test('L4: a server that restarts continues every cursor', async () => {
      const stand = await whileServing(() => write(log, 'a', 'b'))
      await write(log, 'c')
      await cluster.stop('immediate')
      await cluster.restart()

      expect(idsOf(await returning(log.database, stand))).toEqual(['c'])
    })

    test('L4: a data directory put back from a copy refuses what was read after the copy, and continues what was read before', async () => {
      const before = await whileServing(() => write(log, 'a'))
      const copy = await backUp()
      const after = await whileServing(() => write(log, 'lost'))

      await putBack(copy)
      await write(log, 'b')

      expect(idsOf(await returning(log.database, after))).toBe('refused')
      expect(idsOf(await returning(log.database, before))).toEqual(['b'])
    })

    test('L4: …also when other programs wrote with the same transaction ids before the server started', async () => {
      let copy = ''
      const after = await whileServing(async () => {
        await write(log, 'a')
        copy = await backUpOnline()
        await write(log, 'lost-1', 'lost-2', 'lost-3')
      })

      await putBack(copy)
      await write(log, ...Array.from({ length: 50 }, (_, count) => `other-${count}`))

      expect(idsOf(await returning(log.database, after))).toBe('refused')
    })

    test('L4: …also when nothing but transaction ids was used after the copy', async () => {
      let copy = ''
      const after = await whileServing(async () => {
        await write(log, 'a')
        copy = await backUpOnline()
        await burn(log, 30)
      })

      await putBack(copy)
      await write(log, ...Array.from({ length: 20 }, (_, count) => `other-${count}`))
      await burn(log, 60)

      expect(idsOf(await returning(log.database, after))).toBe('refused')
    })

    test('L4: a tail that runs while the directory is put back tells every room to load again', async () => {
      const watched = await watchLog(log.database, { retention: false })
      await write(log, 'a')
      await watched.until(() => watched.rows().length === 1)
      const copy = await backUp()
      await write(log, 'lost')
      await watched.until(() => watched.rows().length === 2)

      await putBack(copy)
      await watched.until(() => watched.batches.at(-1)?.reset === 'history')
      await write(log, 'b')
      await watched.until(() => watched.rows().length === 3)

      expect(watched.rows().map(({ id }) => id)).toEqual(['a', 'lost', 'b'])
      await watched.tail.close()
    })

    test('L4: a standby is not read, and promoted after it missed the end it refuses what only the primary had', async () => {
      const standby = await startStandby(cluster, programs, log.name)
      const database = postgres(withDatabase(standby.url(), log.name))
      await expect(startTail(database, {}, () => {})).rejects.toThrow(StandbyError)
      let before: Stand | undefined
      const after = await whileServing(async (tail) => {
        await write(log, 'a')
        await passed(tail)
        before = standing(tail)
        // Committed last, although it began first: its commit is what the standby never gets.
        const slow = await log.connect()
        await slow.query(`begin; select log_change('${ROOM}', 'lost', 1)`)
        await write(log, 'b')
        await standby.caughtUp()
        await standby.stop()
        await slow.query('commit')
      })

      await cluster.stop('immediate')
      await standby.promote()

      expect(idsOf(await returning(database, after))).toBe('refused')
      expect(idsOf(await returning(database, before as Stand))).toEqual(['b'])
      await database.close()
      await standby.remove()
      await cluster.restart()
    })

    test('L4: rows brought into another cluster begin a new history, with the old log aside', async () => {
      const old = await whileServing(() => write(log, 'a', 'b', 'c'))
      const fresh = await startCluster({ programs })
      const copy = await createLogDatabase(fresh.url())
      for (const table of ['log', 'history', 'retention']) await copyRows(log, copy, `syncline.${table}`)

      const refused = await returning(copy.database, old)
      const tail = await startTail(copy.database, { retention: false }, () => {})
      const stand = standing(tail)
      await tail.close()
      await write(copy, 'new')

      expect(idsOf(refused)).toBe('refused')
      expect(idsOf(await returning(copy.database, stand))).toEqual(['new'])
      expect(await copy.query('select id from syncline.log order by seq')).toEqual([{ id: 'new' }])
      const aside = await copy.query(
        `select relname from pg_class where relname like 'log\\_aside\\_%' and relkind = 'r'`,
      )
      expect(aside.length).toBeGreaterThan(0)
      await copy.database.close()
      await fresh.remove()
    })

    // The programs of some versions come without it; copied rows are tested above.
    if (!existsSync(join(programs.bin, 'pg_dump'))) return

    test('L4: pg_dump into a new cluster refuses every cursor and loses nothing new', async () => {
      const old = await whileServing(() => write(log, 'a', 'b', 'c'))
      const fresh = await startCluster({ programs })
      const dump = join(cluster.dataDir, 'dump')
      execFileSync(join(programs.bin, 'pg_dump'), ['-Fc', '-f', dump, log.url])
      execFileSync(join(programs.bin, 'pg_restore'), ['-d', fresh.url(), dump])
      const database = postgres(fresh.url())

      const refused = await returning(database, old)
      const watched = await watchLog(database, { retention: false })
      await database.query(`select log_change('${ROOM}', 'new', 1)`)
      await watched.until(() => watched.rows().length === 1)

      expect(idsOf(refused)).toBe('refused')
      expect(watched.rows()[0]?.id).toBe('new')
      await watched.tail.close()
      await database.close()
      await fresh.remove()
    })

    test('L4: pg_restore --clean under a running tail refuses every cursor, and every room loads again', async () => {
      const watched = await watchLog(log.database, { retention: false })
      await write(log, 'a', 'b')
      await watched.until(() => watched.rows().length === 2)
      const dump = join(cluster.dataDir, 'dump')
      execFileSync(join(programs.bin, 'pg_dump'), ['-Fc', '-f', dump, log.url])
      const dumped = standing(watched.tail)
      await write(log, 'lost')
      await watched.until(() => watched.rows().length === 3)
      const last = standing(watched.tail)

      execFileSync(join(programs.bin, 'pg_restore'), ['--clean', '--if-exists', '-d', log.url, dump])
      await watched.until(() => watched.batches.at(-1)?.reset !== undefined)
      const told = watched.batches.at(-1)?.reset
      await write(log, 'new')
      await watched.until(() => watched.rows().length === 4)

      // Not merely `pruned`: devices must learn that what they had acknowledged may be gone.
      expect(told).toBe('history')
      expect(watched.rows().map(({ id }) => id)).toEqual(['a', 'b', 'lost', 'new'])
      for (const stand of [dumped, last]) {
        const upTo = watched.tail.position
        const told = await catchUp(log.database, { rooms: [ROOM], cursor: stand, upTo }, watched.tail)
        expect(idsOf(told)).toBe('refused')
      }
      await watched.tail.close()
    })
  },
)

/** Brings rows over as a data-only restore does: with the values they had. */
async function copyRows(from: LogDatabase, to: LogDatabase, table: string): Promise<void> {
  await to.query(`delete from ${table}`)
  const rows = await from.query<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t`)
  for (const { row } of rows) {
    await to.query(`insert into ${table} select * from jsonb_populate_record(null::${table}, $1)`, [row])
  }
}

interface Standby {
  url(): string
  /** Resolves when it has replayed all that the primary has written. */
  caughtUp(): Promise<void>
  stop(): Promise<void>
  promote(): Promise<void>
  remove(): Promise<void>
}

async function startStandby(primary: Cluster, programs: PostgresPrograms, name: string): Promise<Standby> {
  await primary.stop()
  const dataDir = copyDataDir(primary.dataDir)
  await primary.restart()
  writeFileSync(join(dataDir, 'standby.signal'), '')
  const settings = {
    hot_standby: 'on',
    primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres`,
  }
  const cluster = await startCluster({ programs, dataDir, settings })
  const ask = async (server: Cluster, sql: string) => {
    const database = postgres(withDatabase(server.url(), name))
    const [row] = await database.query<{ answer: string }>(sql)
    await database.close()
    return String(row?.answer)
  }
  return {
    url: () => cluster.url(),
    async caughtUp() {
      const wanted = await ask(primary, 'select pg_current_wal_insert_lsn()::text as answer')
      await ask(primary, 'select pg_switch_wal()::text as answer')
      while ((await ask(cluster, `select pg_last_wal_replay_lsn() >= '${wanted}' as answer`)) !== 'true') {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    stop: () => cluster.stop(),
    async promote() {
      await cluster.restart()
      await ask(cluster, 'select pg_promote()::text as answer')
    },
    remove: () => cluster.remove(),
  }
}

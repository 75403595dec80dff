/** Lost notifications, lost connections, silent networks: the poll bounds them, and nothing is missed or doubled (L2). */
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import type { Database } from '../../src/postgres/database.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import { QUIET, WAKE_CHANNEL, WAKE_LOCK } from '../../src/postgres/log/wake.ts'
import { startTcpProxy, type TcpProxy } from '../../src/testing/tcp-proxy.ts'
import { createLogDatabase, type LogDatabase, untilStill, type WatchedTail, watchLog } from './log-fixture.ts'

const POLL_MS = 1_000
/** A connection is made anew, and the tail reads once more. */
const SLACK_MS = 1_000

/** Writes one change after the other; tells when each was written, and how long the slowest took from the one before. */
async function writeWhile(log: LogDatabase, watched: WatchedTail, isDone: () => boolean) {
  const client = await log.connect()
  const writtenAtMs = new Map<string, number>()
  let slowestMs = 0
  let lastMs = performance.now()
  for (let count = 0; !isDone(); count++) {
    await client.query(`select log_change('Room:1', 'w-${count}', 1)`)
    const nowMs = performance.now()
    writtenAtMs.set(`w-${count}`, nowMs)
    slowestMs = Math.max(slowestMs, nowMs - lastMs)
    lastMs = nowMs
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await watched.until(() => watched.rows().length >= writtenAtMs.size)
  return { writtenAtMs, slowestMs }
}

describe.each(Object.entries(inject('servers')))('on PostgreSQL %s', (_major, url) => {
  let log: LogDatabase
  beforeEach(async () => {
    log = await createLogDatabase(url)
  })
  afterEach(() => log.drop())

  test('L2: a listener killed 100 times during writes makes nothing later than the poll', async () => {
    const arrivedAtMs = new Map<string, number>()
    const watched = await watchLog(log.database, { pollMs: POLL_MS }, (batch) => {
      for (const { id } of batch.rows) arrivedAtMs.set(id, performance.now())
    })
    let kills = 0
    const killing = (async () => {
      while (kills < 100) kills += await killBackends(log, 'syncline listen')
    })()

    const { writtenAtMs, slowestMs } = await writeWhile(log, watched, () => kills >= 100)
    await killing

    const latestMs = Math.max(...[...writtenAtMs].map(([id, at]) => (arrivedAtMs.get(id) as number) - at))
    expect(watched.rows().length).toBe(writtenAtMs.size)
    expect(new Set(watched.rows().map(({ id }) => id)).size).toBe(writtenAtMs.size)
    // A write is the control: on a machine that is slow or busy it is slow too.
    expect(latestMs).toBeLessThan(POLL_MS + SLACK_MS + 10 * slowestMs)
    await watched.tail.close()
  }, 180_000)

  test('L2: a tail whose own connection is killed continues without a gap and without doubling', async () => {
    const watched = await watchLog(log.database)
    let kills = 0
    const killing = (async () => {
      while (kills < 10) kills += await killBackends(log, 'syncline tail')
    })()

    const { writtenAtMs } = await writeWhile(log, watched, () => kills >= 10)
    await killing

    expect(watched.rows().map(({ id }) => id)).toEqual([...writtenAtMs.keys()])
    expect(watched.batches.filter(({ reset }) => reset !== undefined)).toEqual([])
    await watched.tail.close()
  })

  test('a writer that began while no tail slept, and so does not notify, is read when it commits, and other programs are told', async () => {
    const holder = await log.connect()
    await holder.query(`begin; select pg_advisory_xact_lock_shared(${WAKE_LOCK})`)
    const watched = await watchLog(log.database, { pollMs: 60_000 })
    const program = await log.connect()
    let told = 0
    program.on('notification', () => told++)
    await program.query(`listen ${WAKE_CHANNEL}`)
    const silent = await log.connect()
    await silent.query(`begin; select log_change('Room:1', 'silent', 1)`)
    await holder.query('commit')

    // Each query hears what was notified until then.
    await program.query('select 1')
    const toldBefore = told

    await silent.query('commit')

    expect(toldBefore).toBe(0)
    await watched.until(() => watched.rows().length === 1)
    await watched.until(() => told > 0)
    await watched.tail.close()
  })

  test('L2: what this process commits in silence is read when it says so, and other programs are told soon after', async () => {
    const asked: string[] = []
    const counted = countPipelines(log.database, () => asked.push('read'))
    const watched = await watchLog(counted, { pollMs: 60_000 })
    await watched.until(() => !watched.tail.hasPeers)
    const program = await log.connect()
    let told = 0
    program.on('notification', () => told++)
    await program.query(`listen ${WAKE_CHANNEL}`)
    const endQuiet = watched.tail.beginQuiet()
    // What the start has left to tell is over.
    await untilStill(() => told + asked.length)
    told = 0
    asked.length = 0

    const rows = await log.query(
      `select ${QUIET}, log_change('Room:1', 'quiet', 1), pg_current_xact_id()::text as xid`,
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    const before = { read: watched.rows().length, told, asked: asked.length }
    endQuiet?.((rows[0] as { xid: string }).xid)
    await watched.until(() => watched.rows().length === 1 && told === 1)
    // Its own word to the others is no news to the tail: it does not read again.
    await new Promise((resolve) => setTimeout(resolve, 200))

    expect(before).toEqual({ read: 0, told: 0, asked: 0 })
    expect(told).toBe(1)
    expect(asked).toEqual(['read'])
    await watched.tail.close()
  })

  test('L2: writers that write fast soon notify no more: all they write is read, and other programs are told of many at once', async () => {
    const asked: string[] = []
    const counted = countPipelines(log.database, () => asked.push('read'))
    const watched = await watchLog(counted, { pollMs: 60_000 })
    const program = await log.connect()
    let told = 0
    program.on('notification', () => told++)
    await program.query(`listen ${WAKE_CHANNEL}`)
    let written = 0
    let toldWhenSilent = Number.POSITIVE_INFINITY
    const write = async () => {
      const writer = await log.connect()
      // Until few were told of, and then until others have been told all the same.
      while (told < toldWhenSilent + 3) {
        await writer.query(`select log_change('Room:1', '${++written}', 1)`)
        if (written >= 100 && written >= 10 * told) toldWhenSilent = Math.min(told, toldWhenSilent)
      }
    }

    await Promise.all(Array.from({ length: 8 }, write))
    await watched.until(() => watched.rows().length === written)
    await untilStill(() => told + asked.length)
    const toldThen = told
    await log.query(`select log_change('Room:1', 'last', 1)`)

    // It sleeps again, and is notified.
    await watched.until(() => watched.rows().length === written + 1)
    await watched.until(() => told > toldThen)
    expect(toldThen).toBeGreaterThan(0)
    expect(new Set(watched.rows().map(({ id }) => id)).size).toBe(written + 1)
    await watched.tail.close()
  })

  test('L2: nobody commits in silence while another tail reads the same log', async () => {
    const first = await watchLog(log.database, { pollMs: 200 })
    await first.until(() => first.tail.beginQuiet() !== undefined)
    const second = await watchLog(log.database, { pollMs: 200 })

    await first.until(() => first.tail.beginQuiet() === undefined)

    await first.tail.close()
    await second.tail.close()
  })

  test('two tails wake each other, and each knows of the other', async () => {
    const first = await watchLog(log.database, { pollMs: 200 })
    await first.until(() => !first.tail.hasPeers)
    const second = await watchLog(log.database, { pollMs: 200 })
    await first.until(() => first.tail.hasPeers)

    for (let count = 0; count < 20; count++) await log.query(`select log_change('Room:1', '${count}', 1)`)
    await first.until(() => first.rows().length === 20)
    await second.until(() => second.rows().length === 20)

    await first.tail.close()
    await second.until(() => !second.tail.hasPeers)
    await second.tail.close()
  })

  test('of two tails on an idle server, neither asks more often than the poll', async () => {
    let asked = 0
    const counted = countPipelines(log.database, () => asked++)
    const tails = [await watchLog(counted, { pollMs: 200 }), await watchLog(counted, { pollMs: 200 })]
    await tails[0]?.until(() => tails.every(({ tail }) => tail.hasPeers))

    // What the start has left to do is over within a poll or two.
    await new Promise((resolve) => setTimeout(resolve, 600))
    asked = 0
    const beganMs = performance.now()
    await new Promise((resolve) => setTimeout(resolve, 800))
    const polls = (2 * (performance.now() - beganMs)) / 200

    expect(asked).toBeGreaterThan(0)
    expect(asked).toBeLessThanOrEqual(2 * polls + 2)
    for (const { tail } of tails) await tail.close()
  })
})

describe('through a network that fails', () => {
  let log: LogDatabase
  let proxy: TcpProxy
  let through: Database
  beforeEach(async () => {
    const url = Object.values(inject('servers'))[0] as string
    log = await createLogDatabase(url)
    proxy = await startTcpProxy({ port: Number(new URL(log.url).port) })
    const proxied = new URL(log.url)
    proxied.port = String(proxy.port)
    through = postgres(proxied.href)
  })
  afterEach(async () => {
    await through.close()
    await proxy.close()
    await log.drop()
  })

  test('L2: connections cut at random during writes lose and double nothing', async () => {
    const watched = await watchLog(through)
    let cuts = 0
    const timer = setInterval(() => {
      proxy.cut()
      if (++cuts === 25) clearInterval(timer)
    }, 60)

    const { writtenAtMs } = await writeWhile(log, watched, () => cuts >= 25)

    expect(watched.rows().map(({ id }) => id)).toEqual([...writtenAtMs.keys()])
    await watched.tail.close()
  })

  test('L2: delays, and answers that never arrive, lose and double nothing', async () => {
    const watched = await watchLog(through)
    proxy.fault({ delayMs: [0, 10] })
    let drops = 0
    const dropping = (async () => {
      for (; drops < 10; drops++) await proxy.dropAnswer()
    })()

    const { writtenAtMs } = await writeWhile(log, watched, () => drops >= 10)
    await dropping

    expect(watched.rows().map(({ id }) => id)).toEqual([...writtenAtMs.keys()])
    await watched.tail.close()
  })

  test('L2: a network that falls silent for good is noticed, and the tail comes back through another', async () => {
    const watched = await watchLog(through, { retention: false })
    proxy.fault({ blackhole: 'both' })
    await log.query(`select log_change('Room:1', 'a', 1)`)
    // Long enough for the tail to have asked, and for the network to have swallowed it.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    proxy.fault({})

    await watched.until(() => watched.rows().length === 1, 40_000)

    await watched.tail.close()
  })

  test('where notifications do not arrive, as behind a pooler, the tail polls and says so', async () => {
    const said: string[] = []
    const deaf: Database = { ...through, listen: async () => ({ close: async () => {} }) }
    const watched = await watchLog(deaf, {
      log: { info() {}, warn: (_fields, message) => said.push(message) },
    })

    await log.query(`select log_change('Room:1', 'a', 1)`)

    await watched.until(() => watched.rows().length === 1)
    expect(said).toEqual([
      'The log is polled every 100 ms: notifications do not arrive, as behind a transaction pooler.',
    ])
    await watched.tail.close()
  })
})

/** The same database, whose tails are watched: each look at the log is one pipeline. */
function countPipelines(database: Database, onPipeline: () => void): Database {
  return {
    ...database,
    async connect(...settings) {
      const connection = await database.connect(...settings)
      return {
        query: connection.query.bind(connection),
        stream: connection.stream.bind(connection),
        close: connection.close.bind(connection),
        closed: connection.closed,
        processId: connection.processId,
        pipeline(statements) {
          onPipeline()
          return connection.pipeline(statements)
        },
      }
    },
  }
}

async function killBackends(log: LogDatabase, name: string): Promise<number> {
  const killed = await log.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = $1',
    [name],
  )
  await new Promise((resolve) => setTimeout(resolve, 20))
  return killed.length
}

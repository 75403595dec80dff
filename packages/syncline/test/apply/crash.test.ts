/** Answers that get lost, and servers that die: every op once. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { type Cluster, findPostgres, startCluster } from '../../src/testing/postgres-cluster.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import type { AcceptedOp, PushOutcome } from '../../src/postgres/apply/writer.ts'
import { ana, camera, type Crew, openCrew, TestDevice, update } from './crew.ts'

/** A small generator with a seed, so that a failure can be run again. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** A client as the protocol means it: an outbox, sent again until it is acknowledged; pushes may overtake each other. */
class StubbornClient {
  readonly device: TestDevice
  readonly acknowledged = new Set<string>()
  #outbox: AcceptedOp[] = []
  readonly #lose: (outcome: PushOutcome) => boolean

  constructor(device: TestDevice, lose: (outcome: PushOutcome) => boolean) {
    this.device = device
    this.#lose = lose
  }

  write(...ops: Parameters<TestDevice['number']>[0]): void {
    this.#outbox.push(...this.device.number(ops))
  }

  /** How many ops are not acknowledged. */
  get waiting(): number {
    return this.#outbox.length
  }

  /** Sends some of the outbox, from some place, and forgets what the answer acknowledges, if it arrives. */
  async send(from: number, count: number): Promise<void> {
    const ops = this.#outbox.slice(from, from + count)
    if (ops.length === 0) return
    const outcome = await this.device.writer
      .push({ device: this.device.device, user: this.device.user, ops })
      .catch(() => undefined)
    if (!outcome || this.#lose(outcome) || outcome.refused || outcome.gap !== undefined) return
    expect(outcome.rejected).toEqual([])
    for (const op of this.#outbox) if (op.n <= outcome.lastOp) this.acknowledged.add(op.id)
    this.#outbox = this.#outbox.filter(({ n }) => n > outcome.lastOp)
  }
}

/** Makes a record, counts on one that all share, and sends now and then, until `isOver`; then until all is acknowledged. */
async function work(
  client: StubbornClient,
  random: () => number,
  isOver: (pairs: number) => boolean,
): Promise<number> {
  let pairs = 0
  while (!isOver(pairs)) {
    if (client.waiting < 40) {
      client.write(
        camera(`${client.device.device} ${pairs}`),
        update('camera', 'counter', { zoom: { $inc: 1 } }),
      )
      pairs++
    }
    // A writer that refuses at once must not keep the clock, and with it the end of the test, from being heard.
    await new Promise((resolve) => setImmediate(resolve))
    // Not awaited: it overtakes, or is overtaken by, the next one.
    if (random() < 0.5) void client.send(Math.floor(random() * 6), 1 + Math.floor(random() * 20))
    if (random() < 0.6) await client.send(0, 1 + Math.floor(random() * 20))
  }
  for (let attempt = 0; client.waiting > 0 && attempt < 300; attempt++) {
    await new Promise((resolve) => setImmediate(resolve))
    await client.send(0, 50)
  }
  return pairs
}

async function expectOnce(
  plain: Pick<TestDatabase, 'query'>,
  clients: readonly StubbornClient[],
  pairs: readonly number[],
  seed: number,
) {
  const [found] = await plain.query(`
    select (select count(*)::int from cameras where id <> 'counter') as records, c.zoom as counter, c.version,
           (select count(*)::int from syncline.log where id <> 'counter' and model = 'camera') as logged
      from cameras c where c.id = 'counter'`)
  const sum = pairs.reduce((total, count) => total + count, 0)
  const waiting = clients.reduce((total, client) => total + client.waiting, 0)
  expect({ seed, waiting, ...found }).toEqual({
    seed,
    waiting: 0,
    records: sum,
    counter: sum,
    version: sum + 1,
    logged: sum,
  })
}

describe.each(Object.entries(inject('servers')))('lost answers on PostgreSQL %s', (_major, server) => {
  let plain: TestDatabase
  let crew: Crew

  beforeEach(async () => {
    plain = await createTestDatabase(server)
    crew = await openCrew(plain.url)
    await new TestDevice(crew.writer, ana).push(camera('counter'))
  })

  afterEach(async () => {
    await crew.close()
    await plain.drop()
  })

  test('W2: exactly once when every fifth answer is lost, pushes are repeated and overtake each other', async () => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    const random = randomFrom(seed)
    const writers = [crew.writer, await crew.anotherWriter()]
    let answers = 0
    const clients = Array.from(
      { length: 8 },
      (_, place) => new StubbornClient(new TestDevice(writers[place % 2]!, ana), () => ++answers % 5 === 0),
    )

    const pairs = await Promise.all(clients.map((client) => work(client, random, (done) => done >= 100)))

    await expectOnce(plain, clients, pairs, seed)
  })

  test('W2: exactly once when the connections of the writer are cut again and again', async () => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    const random = randomFrom(seed)
    const writer = await crew.anotherWriter({ onError: () => {} })
    let answers = 0
    const cuts: Promise<unknown>[] = []
    const cut = () => {
      if (++answers % 20 === 0) {
        cuts.push(
          plain.query(`select pg_terminate_backend(pid) from pg_stat_activity
            where application_name like 'syncline %writer' and datname = current_database()`),
        )
      }
      return false
    }
    const clients = Array.from({ length: 6 }, () => new StubbornClient(new TestDevice(writer, ana), cut))

    const pairs = await Promise.all(clients.map((client) => work(client, random, (done) => done >= 80)))
    await Promise.all(cuts)

    expect(cuts.length).toBeGreaterThan(10)
    await expectOnce(plain, clients, pairs, seed)
  })
})

describe('a dying cluster', () => {
  let cluster: Cluster
  let plain: TestDatabase
  let crew: Crew

  beforeAll(async () => {
    const programs = findPostgres()[0]
    if (!programs) throw new Error('No PostgreSQL found.')
    cluster = await startCluster({ programs })
    plain = await createTestDatabase(cluster.url())
    crew = await openCrew(plain.url, { onError: () => {} })
    await new TestDevice(crew.writer, ana).push(camera('counter'))
  })

  afterAll(async () => {
    await crew.close()
    await cluster.remove()
  })

  test('W1, W2: PostgreSQL killed ten times during pushes: every acknowledged op is there, every op once', async () => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    const random = randomFrom(seed)
    const clients = Array.from(
      { length: 6 },
      () => new StubbornClient(new TestDevice(crew.writer, ana), () => false),
    )
    let kills = 0
    let isOver = false
    const kill = async () => {
      while (kills < 10) {
        await new Promise((resolve) => setTimeout(resolve, 50 + random() * 300))
        await cluster.kill()
        await cluster.restart()
        const acknowledged = clients
          .flatMap((client) => [...client.acknowledged])
          .filter((id) => id !== 'counter')
        const [there] = await plain.query('select count(*)::int from cameras where id = any ($1)', [
          acknowledged,
        ])
        kills++
        expect({ seed, kills, there: there?.count }).toEqual({ seed, kills, there: acknowledged.length })
      }
    }
    const killing = kill().finally(() => (isOver = true))

    const working = Promise.all(clients.map((client) => work(client, random, () => isOver)))
    await killing
    const pairs = await working

    await expectOnce(plain, clients, pairs, seed)
  }, 120_000)
})

/**
 * A server that is killed again and again while its devices push, and a network that loses every fifth answer: what
 * was acknowledged is in the database, every op once, and every op ends applied or refused with a reason.
 */
import { afterEach, expect, inject, test } from 'vitest'
import { type Client, createClient } from '../../src/client/client.ts'
import { freePort } from '../../src/testing/free-port.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { startTcpProxy, type TcpProxy } from '../../src/testing/tcp-proxy.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { TABLES } from './stage-fixture.ts'
import { buildStageProcess, type StageProcess } from './stage-process.ts'
import { type StageSchema, stageSchema } from './stage-schema.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6))
const KILLS = 50
/** Acknowledged ops, at least, from one kill to the next, however slow the machine is. */
const OPS_BETWEEN = 10
const DEVICES = 6
/** More unsent ops than this, and a person has stopped to look at the screen. */
const MOST_PENDING = 60

interface Written {
  readonly kind: 'camera' | 'count' | 'poison'
  readonly id: string
  outcome: 'open' | 'applied' | { readonly code: string; readonly message: string }
}

async function eventually(holds: () => boolean, otherwise: string): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`After a minute, ${otherwise} (seed ${SEED}).`)
    await pause(10)
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A person at a device: adds cameras, counts on a tally that all share, and now and then writes what is refused. */
class Person {
  readonly written: Written[] = []
  readonly client: Client<StageSchema>
  readonly #random: () => number

  constructor(client: Client<StageSchema>, random: () => number) {
    this.client = client
    this.#random = random
  }

  write(): void {
    const { mutate } = this.client
    const kind = this.#random()
    if (kind < 0.45) {
      const camera = mutate.camera.create({ productionId: 'p1', name: 'New' })
      this.#note('camera', camera.id, camera.confirmed)
    } else if (kind < 0.9) {
      this.#note('count', 'p1-tally', mutate.tally.update('p1-tally', { total: { $inc: 1 } }).confirmed)
    } else {
      const camera = mutate.camera.create({ productionId: 'nowhere', name: 'Refused' })
      this.#note('poison', camera.id, camera.confirmed)
    }
  }

  /** Writes until told to stop. */
  async work(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      if (this.client.status.current.pending < MOST_PENDING) this.write()
      await pause(this.#random() * 15)
    }
  }

  #note(kind: Written['kind'], id: string, confirmed: Promise<unknown>): void {
    const written: Written = { kind, id, outcome: 'open' }
    this.written.push(written)
    confirmed.then(
      () => (written.outcome = 'applied'),
      ({ code, message }: { code: string; message: string }) => (written.outcome = { code, message }),
    )
  }
}

const of = (people: readonly Person[], fits: (written: Written) => boolean) =>
  people.flatMap(({ written }) => written.filter(fits))

const isApplied = ({ outcome }: Written) => outcome === 'applied'

/** What was acknowledged is in the database, whatever is not. */
async function expectDurable(database: TestDatabase, people: readonly Person[], seed: object): Promise<void> {
  const cameras = of(people, (written) => written.kind === 'camera' && isApplied(written)).map(({ id }) => id)
  const counts = of(people, (written) => written.kind === 'count' && isApplied(written)).length

  const [there] = await database.query<{ cameras: number; total: number }>(
    `select (select count(*)::int from cameras where id = any($1)) as cameras, total from tallies where id = 'p1-tally'`,
    [cameras],
  )

  expect({ ...seed, cameras: there?.cameras }).toEqual({ ...seed, cameras: cameras.length })
  expect(there?.total).toBeGreaterThanOrEqual(counts)
}

interface Scene {
  readonly stage: StageProcess
  readonly proxy: TcpProxy
  readonly database: TestDatabase
  readonly people: readonly Person[]
}

/** Kills the server at random moments while ops are acknowledged, and loses every fifth answer. */
async function disturb({ stage, proxy, database, people }: Scene, random: () => number): Promise<void> {
  const applied = () => of(people, isApplied).length
  for (let kills = 1; kills <= KILLS; kills++) {
    const before = applied()
    await eventually(() => applied() >= before + OPS_BETWEEN, 'too few ops are acknowledged')
    if (kills % 5 === 0) await proxy.dropAnswer()
    await pause(random() * 120)
    await stage.kill()
    await expectDurable(database, people, { seed: SEED, kills })
    await stage.start()
  }
}

let scene: Scene
// Also when the test failed: a process that is left behind would go on.
afterEach(async () => {
  for (const { client } of scene.people) client.close()
  await scene.stage.remove()
  await scene.proxy.close()
  await scene.database.drop()
})

async function openScene(): Promise<Scene> {
  const database = await createTestDatabase(Object.values(inject('servers')).at(-1) as string)
  await database.query(`${TABLES} insert into crew values ('p1', 'ana')`)
  const port = await freePort()
  const [proxy, stage] = await Promise.all([startTcpProxy({ port }), buildStageProcess(database.url, port)])
  await stage.start()
  const people = Array.from({ length: DEVICES }, (_, index) => {
    const url = `http://127.0.0.1:${proxy.port}/sync`
    const reconnect = { minMs: 20, maxMs: 200 }
    const client = createClient({ schema: stageSchema, url, user: 'ana', token: 'ana', reconnect })
    client.join('production', 'p1')
    return new Person(client, seededRandom(SEED * 100 + index))
  })
  return { stage, proxy, database, people }
}

test(`W1, W2, W3: a server killed ${KILLS} times during pushes: what is acknowledged is there, every op once`, async () => {
  scene = await openScene()
  const { database, people } = scene

  let isOver = false
  const work = people.map((person) => person.work(() => isOver))
  await disturb(scene, seededRandom(SEED))
  isOver = true
  await Promise.all(work)
  await eventually(() => of(people, ({ outcome }) => outcome === 'open').length === 0, 'ops are open')

  const written = of(people, () => true)
  const refused = written.filter(({ outcome }) => typeof outcome === 'object')
  const cameras = written.filter((one) => one.kind === 'camera' && isApplied(one))
  const counts = written.filter((one) => one.kind === 'count' && isApplied(one))
  const [found] = await database.query(`select
    (select count(*)::int from cameras where name <> 'first') as cameras,
    (select count(*)::int from syncline.log where model = 'camera' and action = 'create') as created,
    (select total from tallies where id = 'p1-tally') as total,
    (select version - 1 from tallies where id = 'p1-tally') as changes`)
  console.log(`seed ${SEED}: ${cameras.length} cameras, ${counts.length} counts, ${refused.length} refused`)
  expect(refused.map(({ kind }) => kind)).toEqual(
    written.filter(({ kind }) => kind === 'poison').map(({ kind }) => kind),
  )
  expect(new Set(refused.map(({ outcome }) => (outcome as { code: string }).code))).toEqual(
    new Set(['not_found']),
  )
  expect({ seed: SEED, ...found }).toEqual({
    seed: SEED,
    cameras: cameras.length,
    created: cameras.length,
    total: counts.length,
    changes: counts.length,
  })
  expect(people.flatMap(({ client }) => client.parked.current)).toHaveLength(refused.length)
  expect(cameras.length + counts.length).toBeGreaterThanOrEqual(KILLS * OPS_BETWEEN)
}, 600_000)

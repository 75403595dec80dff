import { inject, test, expect } from 'vitest'
import type { Client } from '../../src/client/client.ts'
import { memory } from '../../src/client/storage/memory.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { type StageFixture, startStage } from './stage-fixture.ts'
import type { StageSchema } from './stage-schema.ts'

type StageClient = Client<StageSchema>

const USERS = ['ana', 'ana', 'ben', 'cleo', 'dan']
const PRODUCTIONS = ['p1', 'p2', 'p3']
const majors = Object.keys(inject('servers'))

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until it holds; fails with what it last said. */
async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: () => string,
  withinMs = 60_000,
): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Not within ${withinMs} ms: ${what()}`)
    await pause(20)
  }
}

const isAtRest = (client: StageClient) => client.status.current.status === 'realtime'

async function rest(clients: readonly StageClient[]): Promise<void> {
  const shown = () => JSON.stringify(clients.map(({ status }) => status.current))
  await eventually(() => clients.every(isAtRest), shown)
}

/** All rows of the database, as a client that may read everything sees them. */
async function readDatabase({ database }: StageFixture): Promise<Map<string, unknown>> {
  const tables = {
    production: 'select id, name from productions',
    camera: 'select id, production_id "productionId", name, note, tags from cameras',
    photo: 'select id, camera_id "cameraId", caption from photos',
    scale: 'select id, production_id "productionId", side, value from scales',
    tally: 'select id, production_id "productionId", total from tallies',
  }
  const rows = new Map<string, unknown>()
  for (const [model, query] of Object.entries(tables)) {
    for (const row of await database.query(query)) rows.set(`${model} ${row['id']}`, row)
  }
  return rows
}

function readClient(client: StageClient): Map<string, unknown> {
  const rows = new Map<string, unknown>()
  for (const model of ['production', 'camera', 'photo', 'scale', 'tally'] as const) {
    for (const row of client.query[model].current) rows.set(`${model} ${row.id}`, { ...row })
  }
  return rows
}

const sorted = (rows: Map<string, unknown>) =>
  Object.fromEntries([...rows].sort(([a], [b]) => (a < b ? -1 : 1)))

/** One random write of a person. */
function writeSomething(client: StageClient, random: () => number, serial: number): number {
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)]
  const camera = pick(client.query.camera.current)
  const production = pick(client.query.production.current)
  const kind = random()
  if (kind < 0.3 && camera)
    client.mutate.camera.update(camera.id, { name: `name-${serial}`, tags: { $add: [`t${serial % 7}`] } })
  else if (kind < 0.4 && camera)
    client.mutate.camera.update(camera.id, { productionId: pick(PRODUCTIONS) ?? 'p1' })
  else if (kind < 0.45 && camera) client.mutate.camera.delete(camera.id)
  else if (kind < 0.6 && production) {
    client.transaction((tx) => {
      const { id } = tx.camera.create({ productionId: production.id, name: `new-${serial}` })
      tx.photo.create({ cameraId: id, caption: `photo-${serial}` })
    })
  } else if (kind < 0.8 && production) {
    client.transaction((tx) => {
      tx.scale.update(`${production.id}-left`, { value: serial })
      tx.scale.update(`${production.id}-right`, { value: serial })
    })
  } else if (kind < 0.95 && production) {
    const amount = 1 + Math.floor(random() * 9)
    client.mutate.tally.update(`${production.id}-tally`, { total: { $inc: amount } })
    return amount
  } else if (camera) client.mutate.camera.update(camera.id, { productionId: 'nowhere' })
  return 0
}

/** Fails the test when a client reads half of a pair. */
function watchPairs(client: StageClient, torn: string[]): void {
  const scales = client.query.scale.orderBy('productionId').orderBy('side')
  scales.subscribe(() => {
    const rows = scales.current
    for (let at = 0; at + 1 < rows.length; at += 2) {
      if (rows[at]?.value !== rows[at + 1]?.value) torn.push(JSON.stringify(rows.slice(at, at + 2)))
    }
  })
}

test.each(majors)(
  'C1, L5, W2: 5 clients, cuts, restarts and psql end equal to PostgreSQL %s',
  async (major) => {
    const stage = await startStage(inject('servers')[major] as string, USERS)
    const random = seededRandom(Number(major))
    const torn: string[] = []
    const clients = USERS.map((user) => stage.client(user))
    for (const client of clients) {
      for (const id of PRODUCTIONS) client.join('production', id)
      watchPairs(client, torn)
    }
    await rest(clients)
    let counted = 0

    for (let step = 0; step < 250; step++) {
      const client = clients[Math.floor(random() * clients.length)] as StageClient
      counted += writeSomething(client, random, step)
      if (step % 7 === 0)
        await stage.database.query("update cameras set name = 'psql ' || $1 where id = 'p1-c1'", [step])
      if (step % 11 === 0) await writePair(stage, step)
      if (random() < 0.06) stage.proxy.cut()
      if (random() < 0.03) void stage.proxy.dropAnswer()
      if (step === 80 || step === 170) await stage.restart()
      await pause(random() * 12)
    }
    await pause(200)
    stage.proxy.cut()
    await rest(clients)

    await eventually(
      async () => {
        const rows = JSON.stringify(sorted(await readDatabase(stage)))
        return clients.every((client) => JSON.stringify(sorted(readClient(client))) === rows)
      },
      () => 'the clients do not show what the database holds',
    ).catch(async () => {
      const rows = sorted(await readDatabase(stage))
      for (const client of clients) expect(sorted(readClient(client))).toEqual(rows)
    })
    expect(torn).toEqual([])
    const [total] = await stage.database.query<{ sum: number }>('select sum(total)::int from tallies')
    expect(total?.sum).toBe(counted)
    const refused = clients.flatMap(({ parked }) => parked.current.map(({ reason }) => reason.code))
    expect(new Set(refused)).toEqual(
      new Set(refused.filter((code) => ['constraint', 'deleted', 'not_found', 'forbidden'].includes(code))),
    )
    await stage.close()
  },
  240_000,
)

async function writePair(stage: StageFixture, value: number): Promise<void> {
  await stage.database.query(`update scales set value = ${value} where production_id = 'p1'`)
}

test('without sockets a client keeps in step over HTTP', async () => {
  const stage = await startStage(inject('servers')[majors.at(-1) ?? ''] as string, ['ana', 'ben'])
  class Blocked {
    onclose: (() => void) | null = null
    constructor() {
      setTimeout(() => this.onclose?.(), 1)
    }
    send() {}
    close() {}
  }
  const ana = stage.client('ana', { WebSocket: Blocked })
  const ben = stage.client('ben')
  for (const client of [ana, ben]) client.join('production', 'p1')
  await eventually(
    () => ana.query.camera.current.length === 1,
    () => JSON.stringify(ana.status.current),
  )

  const write = ana.mutate.camera.update('p1-c1', { name: 'By post' })
  await ben.mutate.camera.update('p1-c1', { note: 'By socket' }).confirmed
  await write.confirmed
  await eventually(
    () => ana.query.camera.first()?.note === 'By socket' && ben.query.camera.first()?.name === 'By post',
    () => JSON.stringify([ana.query.camera.current, ben.query.camera.current]),
  )

  expect(ana.status.current).toMatchObject({ transport: 'polling', pending: 0 })
  await stage.close()
})

test('L1, C1: a list that psql wrote with nulls is written back with the record that is saved whole', async () => {
  const stage = await startStage(inject('servers')[majors.at(-1) ?? ''] as string, ['ana'])
  const client = stage.client('ana')
  await client.join('production', 'p1').whenLive()
  await stage.database.query("update cameras set tags = array['a', null, 'b'] where id = 'p1-c1'")
  await eventually(
    () => client.query.camera.first()?.tags.length === 3,
    () => JSON.stringify(client.query.camera.current),
  )

  const { id, ...whole } = client.query.camera.first() as { id: string; tags: readonly string[] }
  await client.mutate.camera.update(id, { ...whole, note: 'Saved whole' }).confirmed
  await client.mutate.camera.update(id, { tags: { $add: ['c'], $remove: ['a'] } }).confirmed

  const rows = await stage.database.query("select note, tags from cameras where id = 'p1-c1'")
  expect(rows).toEqual([{ note: 'Saved whole', tags: [null, 'b', 'c'] }])
  expect(client.query.camera.first()).toMatchObject({ note: 'Saved whole', tags: [null, 'b', 'c'] })
  expect(client.parked.current).toEqual([])
  await stage.close()
})

test.each(majors)(
  'C1: whoever has joined shows a record that a trigger brought back before its end was logged, and ids that were exchanged, on PostgreSQL %s',
  async (major) => {
    const stage = await startStage(inject('servers')[major] as string, ['ana'])
    const { database } = stage
    await database.query(`insert into photos select 'p1-f' || n, 'p1-c1', 'photo ' || n from generate_series(2, 5) n;
      alter table photos drop constraint photos_pkey;
      alter table photos add primary key (id) deferrable;
      create function bring_back() returns trigger language plpgsql as $$ begin
        insert into photos (id, camera_id, caption) values ('p1-f3', 'p1-c1', 'back'); return null; end $$;
      create trigger bring_back after delete on photos for each row when (old.id = 'p1-f2') execute function bring_back()`)
    const client = stage.client('ana')
    await client.join('production', 'p1').whenLive()

    await database.query("delete from photos where id in ('p1-f2', 'p1-f3')")
    await database.query(
      "update photos set id = case id when 'p1-f4' then 'p1-f5' else 'p1-f4' end where id in ('p1-f4', 'p1-f5')",
    )
    await database.query("update photos set caption = 'last' where id = 'p1-f1'")
    await eventually(
      () => client.query.photo.where({ id: 'p1-f1' }).first()?.caption === 'last',
      () => JSON.stringify(client.query.photo.current),
    )

    const rows = await database.query(
      `select id, camera_id as "cameraId", caption from photos where camera_id = 'p1-c1' order by id`,
    )
    expect(rows.map(({ id }) => id)).toEqual(['p1-f1', 'p1-f3', 'p1-f4', 'p1-f5'])
    expect(client.query.photo.orderBy('id').current).toEqual(rows)
    await stage.close()
  },
)

test('a `url` at which nothing of Syncline answers says where it does', async () => {
  const stage = await startStage(inject('servers')[majors.at(-1) ?? ''] as string, ['ana'])
  const client = stage.client('ana', { url: stage.url.replace('/sync', '/elsewhere') })
  client.join('production', 'p1')

  await eventually(
    () => client.status.current.problem !== undefined,
    () => JSON.stringify(client.status.current),
  )

  expect(client.status.current).toMatchObject({
    status: 'offline',
    problem: {
      code: 'not_found',
      message: expect.stringMatching(
        /elsewhere\/pull` answered 404, and not as a sync server does. Check `url`/,
      ),
    },
  })
  await stage.close()
})

test('A2: a right lost in the database empties the room', async () => {
  const stage = await startStage(inject('servers')[majors.at(-1) ?? ''] as string, ['ana'])
  const client = stage.client('ana')
  const room = client.join('production', 'p1')
  const mine = client.join('production', 'mine')
  await Promise.all([room.whenLive(), mine.whenLive()])
  expect(client.query.production.current).toHaveLength(3)

  await stage.database.query("delete from crew where user_id = 'ana' and production_id = 'p1'")
  await eventually(
    () => room.status.current === 'gone',
    () => room.status.current,
  )
  await eventually(
    () => client.query.production.current.length === 2,
    () => JSON.stringify(client.query.production.current),
  )

  expect(client.query.camera.current).toEqual([])
  await expect(client.join('production', 'p1').whenLive()).rejects.toMatchObject({ code: 'not_found' })
  await stage.close()
})

test('K3, W3: under the session of another user a device keeps its writes, and sends them under its own', async () => {
  const fixture = await startStage(inject('servers')[majors.at(-1) as string] as string, ['ana', 'ben'])
  try {
    const storage = memory()
    const first = fixture.client('ana', { storage })
    await first.mutate.production.update('p1', { name: 'Sent' }).confirmed
    first.close()
    const offline = fixture.client('ana', { storage, autoConnect: false })
    await offline.mutate.production.update('p1', { name: 'Unsent' }).stored
    offline.close()

    const another = fixture.client('ana', { storage, token: 'ben' })
    const { status, parked } = another
    await eventually(
      () => status.current.problem?.code === 'session_ended',
      () => JSON.stringify(status.current),
    )
    const kept = { pending: status.current.pending, parked: parked.current }
    another.close()
    await rest([fixture.client('ana', { storage })])

    expect(kept).toEqual({ pending: 1, parked: [] })
    const [row] = await fixture.database.query(`select name from productions where id = 'p1'`)
    expect(row).toEqual({ name: 'Unsent' })
  } finally {
    await fixture.close()
  }
})

/** `GET /sync/pull?since=…`: a device that knows records but no rooms keeps none that has gone for its user. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createSync } from '../../src/gateways/create-sync.ts'
import type { Database } from '../../src/postgres/database.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import { forgetPlaces } from '../../src/postgres/positions/forget-places.ts'
import { findPlace } from '../../src/postgres/positions/positions.ts'
import { sql } from '../../src/postgres/sql.ts'
import { defineSchema, model, reference, room, text } from '../../src/schema/index.ts'
import type { Access } from '../../src/server/access/declaration.ts'
import { migrate } from '../../src/server/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { SinceDevice } from './since-device.ts'

/** A camera stands in its production and in its production's venue; a production in its own room and its venue. */
const schema = defineSchema({
  models: {
    venue: model('venues', { name: text() }),
    production: model('productions', { venueId: reference('venue'), name: text() }),
    camera: model('cameras', { productionId: reference('production'), name: text() }),
    lens: model('lenses', { name: text() }, { shared: true }),
  },
  rooms: {
    venue: room({ production: 'venueId', camera: 'production.venueId' }),
    production: room({ camera: 'productionId' }),
  },
})

const may = (id: unknown, user: { id: string }) =>
  sql`exists (select 1 from rights r where r.user_id = ${user.id} and r.id = ${id as never})`

const access = {
  venue: { accessibleBy: (user, venue) => may(venue.id, user) },
  production: { accessibleBy: (user, production) => may(production.id, user) },
  camera: {},
  lens: { all: () => true },
} as Access<typeof schema, { readonly id: string }>

const TABLES = `
create table venues (id text primary key, name text not null);
create table productions (id text primary key, venue_id text not null references venues on delete cascade, name text not null);
create table cameras (id text primary key, production_id text not null references productions on delete cascade, name text not null);
create table lenses (id text primary key, name text not null);
create table rights (user_id text, id text, primary key (user_id, id));
insert into lenses values ('l1', 'Wide'), ('l2', 'Long');
`

let database: TestDatabase
let connected: Database
let sync: ReturnType<typeof createSync>

beforeAll(async () => {
  database = await createTestDatabase(Object.values(inject('servers'))[0] as string)
  connected = postgres(database.url)
  const authenticate = async (request: Request) => ({ user: { id: request.headers.get('x-user') ?? '' } })
  await connected.query(TABLES)
  await migrate({ schema, database: connected, access, authenticate })
  sync = createSync({ schema, database: connected, access, authenticate, secret: 'x'.repeat(40) })
  await sync.ready
})

afterAll(async () => {
  await sync.close()
  await database.drop()
})

const deviceOf = (user: string, name?: string) =>
  new SinceDevice(
    (path) => sync.fetch(new Request(`http://app${path}`, { headers: { 'x-user': user } })),
    name,
  )

/** Two productions of one venue with three cameras each; the user may read these of the three. */
async function makeStage(user: string, readable: readonly string[]): Promise<void> {
  await database.query(`
    insert into venues values ('${user}-v', 'Venue');
    insert into productions select '${user}-' || p, '${user}-v', 'P' from unnest(array['p1', 'p2']) p;
    insert into cameras select '${user}-' || p || n, '${user}-' || p, 'C' from unnest(array['p1', 'p2']) p, generate_series(1, 3) n`)
  for (const id of readable)
    await database.query('insert into rights values ($1, $2)', [user, `${user}-${id}`])
}

const held = (device: SinceDevice) =>
  [...device.records.keys()].filter((key) => !key.startsWith('lens ')).sort()

/** No cursor from before can be continued. */
const prune = () => database.query('update syncline.retention set floor = pg_current_xact_id()')

const remove = (...ids: readonly string[]) => database.query('delete from cameras where id = any($1)', [ids])

test('L4 C1: what was deleted before a log was pruned is deleted on the device, and nothing else', async () => {
  await makeStage('pruned', ['p1', 'p2'])
  const device = deviceOf('pruned')
  await device.poll()
  await database.query("insert into cameras values ('pruned-late', 'pruned-p1', 'C')")
  await device.poll()
  await remove('pruned-p12', 'pruned-late')
  await prune()

  const ops = await device.poll()

  expect(
    ops
      .filter(({ type }) => type === 'DELETE')
      .map(({ entityId }) => entityId)
      .sort(),
  ).toEqual(['pruned-late', 'pruned-p12'])
  expect(device.shown('camera')).toEqual([
    'pruned-p11',
    'pruned-p13',
    'pruned-p21',
    'pruned-p22',
    'pruned-p23',
  ])
})

test('L4: an answer that was lost tells again what went, with whatever number the device asks', async () => {
  await makeStage('again', ['p1'])
  const device = deviceOf('again')
  await device.poll()
  await remove('again-p11')
  await prune()

  const unheard = await device.ask()
  await device.poll()
  const once = held(device)
  await remove('again-p12')
  device.serverSeq = 999
  const unknown = await device.ask()
  await device.poll()

  expect(unheard.ops.filter(({ type }) => type === 'DELETE')).toMatchObject([{ entityId: 'again-p11' }])
  expect(once).toEqual(['camera again-p12', 'camera again-p13', 'production again-p1'])
  expect([unheard.reset, unknown.reset]).toEqual([undefined, true])
  expect(held(device)).toEqual(['camera again-p13', 'production again-p1'])
})

test('L4: what an unheard answer took away is still known to be on the device', async () => {
  await makeStage('unheard', ['p1'])
  const device = deviceOf('unheard')
  await device.poll()
  await remove('unheard-p11')
  await device.ask()
  await prune()

  await device.poll()

  expect(held(device)).toEqual(['camera unheard-p12', 'camera unheard-p13', 'production unheard-p1'])
})

test('L4: an emptied table is empty on the device', async () => {
  const device = deviceOf('emptied')
  await device.poll()
  const before = device.shown('lens')
  await database.query("truncate lenses; insert into lenses values ('l2', 'Again')")

  await device.poll()

  expect(before).toEqual(['l1', 'l2'])
  expect(device.shown('lens', 'name')).toEqual(['l2 Again'])
})

test('L4: a room with more changes than are told one by one leaves nothing behind', async () => {
  await makeStage('large', ['p1'])
  const device = deviceOf('large')
  await device.poll()
  await remove('large-p11')
  await database.query(
    "insert into cameras select 'large-' || n, 'large-p1', 'C' from generate_series(1, 20001) n",
  )
  await database.query("delete from cameras where id ~ '^large-[0-9]+$'")

  await device.poll()

  expect(held(device)).toEqual(['camera large-p12', 'camera large-p13', 'production large-p1'])
})

test('A2: a lost room goes with all that it holds, record by record', async () => {
  await makeStage('right', ['p1', 'p2'])
  const device = deviceOf('right')
  await device.poll()
  await database.query("delete from rights where id = 'right-p1'")

  const unheard = await device.ask()
  await device.poll()

  const gone = ['right-p1', 'right-p11', 'right-p12', 'right-p13']
  expect(unheard.ops.map(({ type, entityId }) => `${type} ${entityId}`).sort()).toEqual(
    gone.map((id) => `DELETE ${id}`),
  )
  expect(held(device)).toEqual([
    'camera right-p21',
    'camera right-p22',
    'camera right-p23',
    'production right-p2',
  ])
  expect(await device.poll()).toEqual([])
})

test('C1: a lost room takes nothing that another room of the user holds', async () => {
  await makeStage('both', ['v', 'p1'])
  const device = deviceOf('both')
  await device.poll()
  const before = held(device)
  await database.query("delete from rights where id = 'both-v'")

  await device.poll()
  const after = held(device)
  await database.query("delete from rights where id = 'both-p1'")
  await device.poll()

  expect(before).toHaveLength(1 + 2 + 6)
  expect(after).toEqual(['camera both-p11', 'camera both-p12', 'camera both-p13', 'production both-p1'])
  expect(held(device)).toEqual([])
})

test('A2 L4: a right that was lost and regained between two answers leaves no ghosts behind', async () => {
  await makeStage('regained', ['p1'])
  const device = deviceOf('regained')
  await device.poll()
  await database.query("delete from rights where id = 'regained-p1'")
  await device.ask()
  await database.query("insert into rights values ('regained', 'regained-p1')")
  await device.poll()
  await remove('regained-p11')
  await prune()

  await device.poll()

  expect(held(device)).toEqual(['camera regained-p12', 'camera regained-p13', 'production regained-p1'])
})

test('a deleted room goes with all that it held', async () => {
  await makeStage('deleted', ['p1'])
  const device = deviceOf('deleted')
  await device.poll()
  await database.query("delete from productions where id = 'deleted-p1'")

  await device.poll()

  expect(held(device)).toEqual([])
})

/** As if the user's devices had asked so many days earlier. */
const age = (user: string, days: number) =>
  database.query("update syncline.positions set at = at - $2 * interval '1 day' where user_id = $1", [
    user,
    days,
  ])

const placesOf = async (user: string) =>
  (
    await database.query<{ device: string }>(
      'select distinct device from syncline.positions where user_id = $1 order by 1',
      [user],
    )
  ).map(({ device }) => device)

test('places of devices that asked no more for three months are forgotten, whoever asks', async () => {
  await makeStage('away', ['p1'])
  await deviceOf('away', 'gone').poll()
  await age('away', 2)
  await deviceOf('away', 'resting').poll()
  await age('away', 89)

  await forgetPlaces(connected, 0)

  expect(await placesOf('away')).toEqual(['resting'])
})

test('where the log is kept longer than that, so are places', async () => {
  await makeStage('patient', ['p1'])
  await deviceOf('patient').poll()
  await age('patient', 100)

  await forgetPlaces(connected, 120 * 24 * 3_600_000)
  const before = await placesOf('patient')
  await forgetPlaces(connected, 99 * 24 * 3_600_000)

  expect([before, await placesOf('patient')]).toEqual([['device'], []])
})

test('L4: a place that a device asks with is in use from then on, and outlives its age', async () => {
  await makeStage('back', ['p1'])
  const device = deviceOf('back')
  await device.poll()
  await age('back', 91)

  await findPlace(connected, 'back', 'device', '1')
  await forgetPlaces(connected, 0)
  await remove('back-p11')
  await prune()
  await device.poll()

  expect(device.shown('camera')).toEqual(['back-p12', 'back-p13'])
})

test('what a device holds is kept in few steps, and forgotten with the device', async () => {
  await makeStage('steps', ['p1'])
  const device = deviceOf('steps')
  await device.poll()
  for (let n = 0; n < 70; n++) {
    await database.query(`insert into cameras values ('steps-${n}', 'steps-p1', 'C')`)
    if (n >= 3) await remove(`steps-${n - 3}`)
    await device.poll()
  }
  const stepsOf = (name: string) =>
    database.query("select channel from syncline.given where user_id = 'steps' and device = $1", [name])
  const steps = await stepsOf('device')
  await remove('steps-69')
  await prune()
  await device.poll()
  await age('steps', 91)
  await deviceOf('steps', 'other').poll()
  await forgetPlaces(connected, 0)

  expect(steps.length).toBeGreaterThan(1)
  expect(steps.length).toBeLessThan(40)
  expect(device.shown('camera')).toEqual(['steps-67', 'steps-68', 'steps-p11', 'steps-p12', 'steps-p13'])
  expect([(await stepsOf('device')).length, (await stepsOf('other')).length]).toEqual([0, 2])
})

/** `GET /sync/pull?since=…` for a device that knows records but no rooms, while records move between rooms. */
import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from 'vitest'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { SinceDevice } from './since-device.ts'
import { type StageServer, startStage } from './stage-server.ts'

let stage: StageServer

beforeAll(async () => {
  stage = await startStage(Object.values(inject('servers'))[0] as string)
})

afterEach(() => vi.restoreAllMocks())
afterAll(() => stage.close())

/** More than are read from one snapshot. */
const ROOMS = 25
const roomOf = (user: string, number: number) => `${user}-${String(number).padStart(4, '0')}`

/** A user with rooms of their own, in the order of their numbers, and one that they may not read: number 0. */
async function makeRooms(user: string, count = ROOMS, camerasEach = 0): Promise<void> {
  await stage.database.query(`
    insert into productions (id, name) select '${user}-' || lpad(n::text, 4, '0'), 'Room' from generate_series(0, ${count}) n;
    insert into production_members select '${user}-' || lpad(n::text, 4, '0'), '${user}', 'crew' from generate_series(1, ${count}) n;
    insert into cameras (id, production_id, name) select '${user}-' || r || '-' || n, '${user}-' || lpad(r::text, 4, '0'), 'C'
      from generate_series(1, ${count}) r, generate_series(1, ${camerasEach}) n`)
}

const create = (user: string, room: number, id = `x of ${user}`) =>
  stage.database.query("insert into cameras (id, production_id, name) values ($1, $2, 'New')", [
    id,
    roomOf(user, room),
  ])

const move = (user: string, room: number, name: string, id = `x of ${user}`) =>
  stage.database.query('update cameras set production_id = $2, name = $3 where id = $1', [
    id,
    roomOf(user, room),
    name,
  ])

const rename = (user: string, name: string) =>
  stage.database.query('update cameras set name = $2 where id = $1', [`x of ${user}`, name])

/** Does something after the server has read so many snapshots of a pull. */
function afterSnapshots(count: number, act: () => Promise<unknown>): void {
  const { transaction } = stage.connected
  let read = 0
  vi.spyOn(stage.connected, 'transaction').mockImplementation(async (work, options) => {
    const result = await transaction(work, options)
    if (options?.isolation === 'repeatable read' && ++read === count) await act()
    return result
  })
}

/** A device of the user; productions and cameras are what the tests look at. */
class Device extends SinceDevice {
  constructor(user: string) {
    super((path) => stage.as(user, path))
  }

  cameras(): string[] {
    return this.shown('camera', 'productionId', 'name')
  }
}

const stored = async (user: string) =>
  (
    await stage.database.query<{ line: string }>(
      `select c.id || ' ' || c.production_id || ' ' || c.name as line from cameras c
       join production_members m on m.production_id = c.production_id and m.user_id = $1`,
      [user],
    )
  )
    .map(({ line }) => line)
    .sort()

test('C1: a record that moves between two rooms while they are loaded stays', async () => {
  await makeRooms('first')
  await create('first', 1)
  const device = new Device('first')
  afterSnapshots(1, () => move('first', 25, 'Moved'))

  const loaded = await device.poll()
  await device.poll()

  expect(
    loaded.filter(({ entity }) => entity === 'camera').map(({ data }) => data?.['productionId']),
  ).toEqual([roomOf('first', 1), roomOf('first', 25)])
  expect(device.cameras()).toEqual([`x of first ${roomOf('first', 25)} Moved`])
})

test('C1: a record that changes and moves between rooms that are continued stays, as it is', async () => {
  await makeRooms('steady')
  await create('steady', 1)
  const device = new Device('steady')
  await device.poll()
  afterSnapshots(1, async () => {
    await rename('steady', 'Renamed')
    await move('steady', 25, 'Moved')
  })

  const between = await device.poll()
  await device.poll()

  expect(between).toMatchObject([{ type: 'CREATE', data: { productionId: roomOf('steady', 25) } }])
  expect(device.cameras()).toEqual([`x of steady ${roomOf('steady', 25)} Moved`])
})

test('C1: in one answer, the room that a record has left takes nothing back from the one it came into', async () => {
  await makeRooms('back', 5)
  await create('back', 5)
  await stage.database.query(`insert into photos values ('of back', 'x of back', 'Photo')`)
  await stage.database.query(`insert into badges (production_id, label) values ($1, 'Badge')`, [
    roomOf('back', 5),
  ])
  const device = new Device('back')
  await device.poll()
  await rename('back', 'Renamed')
  await move('back', 1, 'Moved')
  await stage.database.query(`update badges set production_id = $1 where label = 'Badge'`, [
    roomOf('back', 1),
  ])

  const moved = await device.poll()
  const once = device.cameras()
  await move('back', 4, 'There')
  await move('back', 1, 'Again')
  await device.poll()

  expect(moved.map(({ type, entity }) => `${type} ${entity}`).sort()).toEqual([
    'CREATE badge',
    'CREATE camera',
    'CREATE photo',
  ])
  expect(once).toEqual([`x of back ${roomOf('back', 1)} Moved`])
  expect(device.cameras()).toEqual([`x of back ${roomOf('back', 1)} Again`])
})

test('A2: a record that moves to a room that its user may not read is deleted', async () => {
  await makeRooms('closed')
  await create('closed', 1)
  const device = new Device('closed')
  await device.poll()
  afterSnapshots(1, () => move('closed', 25, 'Moved'))
  await device.poll()
  vi.restoreAllMocks()
  await move('closed', 0, 'Away')

  const away = await device.poll()

  expect(new Set(away.map(({ type, entityId }) => `${type} ${entityId}`))).toEqual(
    new Set(['DELETE x of closed']),
  )
  expect(device.cameras()).toEqual([])
})

test('A2: a record that a device has not seen enter goes with the room that it left', async () => {
  await makeRooms('lost')
  await create('lost', 25)
  const device = new Device('lost')
  await device.poll()
  // The room it comes into has been read, the one that it leaves has not.
  afterSnapshots(1, () => move('lost', 1, 'Moved'))

  const left = await device.poll()
  vi.restoreAllMocks()
  await stage.database.query('delete from production_members where production_id = $1', [roomOf('lost', 1)])
  await device.poll()

  expect(left).toMatchObject([{ type: 'DELETE', entityId: 'x of lost' }])
  expect(device.cameras()).toEqual([])
})

test('A2: a record is deleted when the room that it came into is lost before the answer ends', async () => {
  await makeRooms('ending', 5)
  await create('ending', 5)
  const device = new Device('ending')
  await device.poll()
  await move('ending', 1, 'Moved')
  afterSnapshots(1, () =>
    stage.database.query('delete from production_members where production_id = $1', [roomOf('ending', 1)]),
  )

  await device.poll()

  expect(device.cameras()).toEqual([])
})

test('C1: a record that is deleted and made again in another room stays', async () => {
  await makeRooms('again')
  await create('again', 1)
  const device = new Device('again')
  await device.poll()
  afterSnapshots(1, async () => {
    await stage.database.query("delete from cameras where id = 'x of again'")
    await create('again', 25)
  })

  await device.poll()
  await device.poll()

  expect(device.cameras()).toEqual([`x of again ${roomOf('again', 25)} New`])
})

test('many small rooms are loaded from few snapshots', async () => {
  await makeRooms('small', 200, 2)
  const transactions = vi.spyOn(stage.connected, 'transaction')

  const ops = await new Device('small').poll()

  const snapshots = transactions.mock.calls.filter(([, options]) => options?.isolation === 'repeatable read')
  expect(ops.filter(({ entityId }) => entityId.startsWith('small-'))).toHaveLength(200 * 3)
  expect(snapshots.length).toBeGreaterThan(0)
  expect(snapshots.length).toBeLessThanOrEqual(20)
})

test('C1 A2: whatever moves, changes, goes and comes while a device asks, it ends with what its user may read', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  const random = seededRandom(seed)
  const pick = (count: number) => Math.floor(random() * count)
  const user = 'random'
  await makeRooms(user)
  for (const id of ['m1', 'm2', 'm3']) await create(user, 1, id)
  const device = new Device(user)
  // Rooms of the first snapshot, of the second, and the one that is closed.
  const anyRoom = () => [0, 1, 2, 24, 25][pick(5)] as number
  const anyRecord = () => `m${1 + pick(3)}`
  const acts = [
    () => move(user, anyRoom(), `moved ${pick(1000)}`, anyRecord()),
    () => move(user, anyRoom(), `moved ${pick(1000)}`, anyRecord()),
    () =>
      stage.database.query('update cameras set name = $2 where id = $1', [
        anyRecord(),
        `named ${pick(1000)}`,
      ]),
    () => stage.database.query('delete from cameras where id = $1', [anyRecord()]),
    () =>
      stage.database.query(
        "insert into cameras (id, production_id, name) values ($1, $2, 'made') on conflict do nothing",
        [anyRecord(), roomOf(user, anyRoom())],
      ),
    () => stage.database.query('delete from production_members where production_id = $1', [roomOf(user, 24)]),
    () =>
      stage.database.query("insert into production_members values ($1, $2, 'crew') on conflict do nothing", [
        roomOf(user, 24),
        user,
      ]),
    // No cursor from before can be continued.
    () => stage.database.query('update syncline.retention set floor = pg_current_xact_id()'),
  ]
  const actSome = async () => {
    for (let left = pick(4); left > 0; left--) await acts[pick(acts.length)]?.()
  }

  for (let round = 0; round < 18; round++) {
    await actSome()
    afterSnapshots(1 + pick(2), actSome)
    await device.poll()
    vi.restoreAllMocks()
    if (round % 3 !== 2) continue
    await device.poll()
    expect(device.cameras(), `seed ${seed}, round ${round}`).toEqual(await stored(user))
  }
})

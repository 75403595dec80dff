/** The same writer on the embedded database, whose connections share one backend. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pglite } from '../../src/postgres/drivers/pglite.ts'
import { ana, ben, camera, type Crew, create, openCrewOn, remove, TestDevice, update } from './crew.ts'

let crew: Crew

beforeAll(async () => {
  crew = await openCrewOn(pglite('memory://'), {
    functions: {
      async rig({ id, transaction }) {
        await transaction.query("update cameras set status = 'rigged' where id = $1", [id])
      },
    },
  })
})

afterAll(() => crew.close())

test('W1–W3: groups, conflicts, refusals, transactions, calls and single writes on PGlite', async () => {
  const devices = Array.from({ length: 6 }, (_, index) => new TestDevice(crew.writer, index % 2 ? ana : ben))

  const made = await Promise.all(
    devices.map((device, index) =>
      device.push(camera(`c${index}`), update('camera', `c${index}`, { zoom: 2 })),
    ),
  )
  const mixed = await Promise.all([
    devices[0]!.push(
      update('camera', 'c1', { name: 'conflict' }, { base: 0 }),
      update('camera', 'c0', { name: 'bad' }),
    ),
    devices[1]!.push(
      { action: 'call', model: 'camera', id: 'c2', name: 'rig' },
      update('camera', 'none', { name: 'x' }),
    ),
    devices[2]!.push(
      create('photo', 'p', { cameraId: 'c3', caption: 'x' }, { tx: 4 }),
      camera('c1', {}, { tx: 4 }),
    ),
    devices[3]!.push(remove('camera', 'c5')),
  ])
  const repeated = await Promise.all(
    ['a', 'b'].map(() =>
      crew.writer.write({
        user: ana,
        op: update('camera', 'c4', { zoom: { $inc: 1 } }),
        idempotencyKey: 'k',
      }),
    ),
  )

  expect(made.flatMap(({ rejected }) => rejected)).toEqual([])
  expect(
    mixed.map(({ lastOp, rejected }) => [lastOp, rejected.map(({ n, code }) => `${n} ${code}`)]),
  ).toEqual([
    [4, ['4 constraint']],
    [4, ['4 not_found']],
    [4, ['3 aborted', '4 duplicate_id']],
    [3, []],
  ])
  expect(repeated.map((answer) => answer.ok && answer.version)).toEqual([3, 3])
  const rows = await crew.database.query('select id, name, zoom, status, version from cameras order by id')
  expect(rows).toEqual([
    { id: 'c0', name: 'Camera c0', zoom: 2, status: 'free', version: 2 },
    { id: 'c1', name: 'conflict', zoom: 2, status: 'free', version: 3 },
    { id: 'c2', name: 'Camera c2', zoom: 2, status: 'rigged', version: 3 },
    { id: 'c3', name: 'Camera c3', zoom: 2, status: 'free', version: 2 },
    { id: 'c4', name: 'Camera c4', zoom: 3, status: 'free', version: 3 },
  ])
})

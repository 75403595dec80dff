import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { expect, test } from 'vitest'
import { createClient } from '../../../src/client/client.ts'
import { indexedDb } from '../../../src/client/storage/indexed-db/indexed-db.ts'
import { modelServer } from '../../../src/testing/model-server/model-server.ts'
import { seededRandom } from '../../../src/testing/seeded-random.ts'
import { testClock } from '../../../src/testing/test-clock.ts'
import { testWire } from '../../../src/testing/test-wire.ts'
import { stageSchema } from '../stage-schema.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const ROWS = 200

/** A server with a production of some cameras, and clients of ana's whose devices are the same. */
function setUp() {
  const clock = testClock()
  const server = modelServer({ schema: stageSchema, clock, random: seededRandom(1) })
  server.write((tx) => {
    tx.create('production', 'p1', { name: 'Opera' }, { user: null })
    for (let at = 0; at < ROWS; at++) {
      tx.create(
        'camera',
        `c${at}`,
        { productionId: 'p1', name: `Camera ${at}`, note: null, tags: [] },
        { user: null },
      )
    }
    tx.grant('ana', 'production', 'p1')
  })
  const { WebSocket, fetch } = testWire(server, { clock, random: seededRandom(2) })
  globalThis.IDBKeyRange = IDBKeyRange
  const storage = indexedDb({ factory: new IDBFactory() })
  const options = { url: 'http://server/sync', user: 'ana', token: 'ana', storage, clock, WebSocket, fetch }
  const open = () => createClient({ schema: stageSchema, ...options })
  const pass = async () => {
    for (let turn = 0; turn < 6; turn++) {
      await new Promise((resolve) => setTimeout(resolve))
      // Where the machine had other work meanwhile, little of ours was done: the database answers turn by turn.
      for (let answer = 0; answer < 20; answer++) await new Promise((resolve) => setImmediate(resolve))
      await clock.advance(30)
    }
  }
  return { open, pass }
}

async function heapAfter(times: number, work: () => Promise<void>): Promise<number> {
  for (let at = 0; at < times; at++) await work()
  collect()
  await new Promise((resolve) => setTimeout(resolve, 10))
  collect()
  return process.memoryUsage().heapUsed
}

// 2 MB: what 500 clients or rooms of 200 rows would keep is more than ten times that.
const FLAT = 2 * 1024 * 1024

test('opening and closing a room 500 times leaves memory flat', async () => {
  const { open, pass } = setUp()
  const client = open()
  await pass()
  let seen = 0
  const visit = async () => {
    const room = client.join('production', 'p1')
    const stop = client.query.camera
      .where({ productionId: 'p1' })
      .orderBy('name')
      .subscribe(() => {})
    await pass()
    seen += client.query.camera.current.length
    stop()
    room.leave()
  }

  const before = await heapAfter(50, visit)
  const after = await heapAfter(500, visit)
  client.close()

  expect(seen).toBe(550 * ROWS)
  expect(after - before).toBeLessThan(FLAT)
})

test('opening and closing a client 500 times leaves memory flat', async () => {
  const { open, pass } = setUp()
  let seen = 0
  const visit = async () => {
    const client = open()
    client.join('production', 'p1')
    const stop = client.query.camera.orderBy('name').subscribe(() => {})
    await pass()
    seen += client.query.camera.current.length
    stop()
    client.close()
    await pass()
  }

  const before = await heapAfter(50, visit)
  const after = await heapAfter(500, visit)

  expect(seen).toBe(550 * ROWS)
  expect(after - before).toBeLessThan(FLAT)
})

test('closing a client again and again leaves memory flat', async () => {
  const { open, pass } = setUp()
  const client = open()
  await pass()
  const closeOften = async () => {
    for (let at = 0; at < 1_000; at++) client.close()
    await pass()
  }

  const before = await heapAfter(10, closeOften)
  const after = await heapAfter(100, closeOften)

  expect(after - before).toBeLessThan(FLAT)
})

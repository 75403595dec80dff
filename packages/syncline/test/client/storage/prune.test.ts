/** Which cached rooms a device lets go, and when. */
import { IDBFactory, IDBKeyRange, IDBObjectStore } from 'fake-indexeddb'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { indexedDb, type IndexedDbOptions } from '../../../src/client/storage/indexed-db/indexed-db.ts'
import type { UserStorage } from '../../../src/client/storage/storage.ts'
import { seededRandom } from '../../../src/testing/seeded-random.ts'
import { loadWhole } from './load-whole.ts'
import { camera, deviceOf, materialSchema, newOutbox, queue } from './material.ts'
import { testLocks } from './test-locks.ts'

const DAY = 24 * 60 * 60 * 1000
const MINUTE = 60 * 1000
const ROOMS = ['Production:read', 'Production:left', 'Production:joined']

beforeAll(() => {
  globalThis.IDBKeyRange = IDBKeyRange
})

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const later = (ms: number) => vi.setSystemTime(Date.now() + ms)
const settled = () => new Promise((resolve) => setTimeout(resolve, 20))

/** A device with three rooms and two unsent ops, and its pages. */
async function setUp(options: IndexedDbOptions = {}) {
  const given = { factory: new IDBFactory(), locks: testLocks(), ...options }
  const open = () => Promise.resolve(indexedDb(given).open('ana', materialSchema))
  const close = async (storage: UserStorage) => {
    storage.close?.()
    await settled()
  }
  const first = await open()
  await first.commit({ device: deviceOf(queue(newOutbox(), 2, seededRandom(1))) })
  for (const channel of ROOMS) {
    const room = { cursor: 'k1', schema: materialSchema.hash, records: [camera(1)] }
    await first.commit({ room: { channel, type: 'replace', room } })
  }
  await close(first)
  /** What is there for a page that opens now. */
  const kept = async () => {
    const storage = await open()
    const rooms = []
    for (const channel of ROOMS) if (await loadWhole(storage, channel)) rooms.push(channel)
    const ops = storage.device?.outbox.ops.length
    await close(storage)
    return { rooms, ops }
  }
  return { open, close, kept }
}

/** A page that has one of the rooms; the server has news of it some minutes later, or has not. */
async function visit({ open, close }: Awaited<ReturnType<typeof setUp>>, hasNews: boolean) {
  const storage = await open()
  await loadWhole(storage, 'Production:joined')
  later(5 * MINUTE)
  const news = { cursor: `k${Date.now()}`, put: [camera(2)], remove: [] }
  if (hasNews) await storage.commit({ room: { channel: 'Production:joined', type: 'change', ...news } })
  await settled()
  await close(storage)
}

test('rooms that nobody has opened for 30 days go; unsent writes and the rooms of the page stay', async () => {
  const device = await setUp()
  later(20 * DAY)
  const reading = await device.open()
  await loadWhole(reading, 'Production:read')
  await settled()
  await device.close(reading)
  later(15 * DAY)

  await visit(device, true)

  expect(await device.kept()).toEqual({ rooms: ['Production:read', 'Production:joined'], ops: 2 })
})

test('W3: nothing goes while the server is away, however long that is', async () => {
  const device = await setUp()
  later(100 * DAY)

  await visit(device, false)

  expect(await device.kept()).toEqual({ rooms: ROOMS, ops: 2 })
})

test.each([
  [7, ['Production:joined']],
  [Number.POSITIVE_INFINITY, ROOMS],
])('rooms that nobody has opened for %d days go, where that is said', async (unusedDays, rooms) => {
  const device = await setUp({ unusedDays })
  later(8 * DAY)

  await visit(device, true)

  expect(await device.kept()).toEqual({ rooms, ops: 2 })
})

test('a room that another page has opened today stays, also where rooms are kept for no time', async () => {
  const device = await setUp({ unusedDays: 0 })
  later(8 * DAY)
  const other = await device.open()
  await loadWhole(other, 'Production:read')
  await settled()

  await visit(device, true)

  await device.close(other)
  expect((await device.kept()).rooms).toEqual(['Production:read', 'Production:joined'])
})

test('W3, K2: where space is used up, rooms go until what was written is kept, those first that were used longest ago', async () => {
  const device = await setUp()
  later(10 * DAY)
  const reading = await device.open()
  await loadWhole(reading, 'Production:read')
  await settled()
  await device.close(reading)
  later(6 * DAY)
  const storage = await device.open()
  await loadWhole(storage, 'Production:joined')
  await settled()
  let isFull = true
  const put = IDBObjectStore.prototype.put
  const remove = IDBObjectStore.prototype.delete
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...given) {
    if (isFull && this.name === 'ops') throw new DOMException('no space', 'QuotaExceededError')
    return put.apply(this, given)
  })
  vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(function (this: IDBObjectStore, key) {
    if (this.name === 'rooms') isFull = false
    return remove.call(this, key)
  })
  const write = () => {
    const { outbox } = storage.device ?? deviceOf(newOutbox())
    return storage.commit({ device: deviceOf(queue(outbox, 1, seededRandom(2))) })
  }

  await expect(write()).rejects.toThrow(/no space/)
  await settled()
  await write()
  await device.close(storage)

  expect(await device.kept()).toEqual({ rooms: ['Production:read', 'Production:joined'], ops: 4 })
})

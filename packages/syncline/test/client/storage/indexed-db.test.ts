import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { beforeAll, expect, test } from 'vitest'
import { indexedDb } from '../../../src/client/storage/indexed-db/indexed-db.ts'
import type { UserStorage } from '../../../src/client/storage/storage.ts'
import { seededRandom } from '../../../src/testing/seeded-random.ts'
import { acknowledge } from '../../../src/client/outbox/outbox.ts'
import { loadWhole } from './load-whole.ts'
import { camera, deviceOf, materialSchema, newOutbox, queue } from './material.ts'
import { testLocks } from './test-locks.ts'

const ROOM = 'Production:p1'
const random = seededRandom(1)

beforeAll(() => {
  globalThis.IDBKeyRange = IDBKeyRange
})

const open = (factory: IDBFactory, locks?: LockManager) =>
  Promise.resolve(indexedDb({ factory, ...(locks && { locks }) }).open('ana', materialSchema))

/** A database with an outbox of two unsent ops and a room of ten records with a log. */
async function filled(): Promise<IDBFactory> {
  const factory = new IDBFactory()
  const storage = await open(factory)
  const acked = acknowledge(queue(newOutbox(), 1, random), 1, [], 1).outbox
  await storage.commit({ device: deviceOf(queue(acked, 2, random)) })
  const records = Array.from({ length: 10 }, (_, serial) => camera(serial))
  const room = { cursor: 'k1', schema: materialSchema.hash, records }
  await storage.commit({ room: { channel: ROOM, type: 'replace', room } })
  await storage.commit({
    room: { channel: ROOM, type: 'change', cursor: 'k2', put: [camera(1, 9)], remove: [] },
  })
  storage.close?.()
  return factory
}

/** Changes what lies in a database, past the storage. */
async function tamper(
  factory: IDBFactory,
  store: string,
  change: (store: IDBObjectStore) => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const request = factory.open('syncline/ana')
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const transaction = request.result.transaction(store, 'readwrite')
      change(transaction.objectStore(store))
      transaction.oncomplete = () => {
        request.result.close()
        resolve()
      }
    }
  })
}

/** Puts a value in place of the first one of a store. */
const replaceFirst = (make: (value: unknown) => unknown) => (store: IDBObjectStore) => {
  const request = store.openCursor()
  request.onsuccess = () => void request.result?.update(make(request.result.value))
}

const edited = (edit: (value: Record<string, unknown>) => unknown) => (value: unknown) => {
  const groups = JSON.parse(value as string) as Record<string, unknown>[]
  edit(groups[0] ?? {})
  return JSON.stringify(groups)
}

const listOf = (group: Record<string, unknown>, name: string) => group[name] as unknown[]
const columnOf = (group: Record<string, unknown>, name: string) =>
  (group['columns'] as Record<string, unknown[]>)[name] as unknown[]

const ROOM_DAMAGE: Record<string, [store: string, (store: IDBObjectStore) => void]> = {
  'a page is cut off': ['pages', replaceFirst((page) => (page as string).slice(0, 100))],
  'a page is missing': ['pages', (store) => store.clear()],
  'a page is of another type': ['pages', replaceFirst(() => new Map([[1, 2]]))],
  'a page is no list': ['pages', replaceFirst(() => '{"length":1}')],
  'a page is null': ['pages', replaceFirst(() => 'null')],
  'an id is no text': ['pages', replaceFirst(edited((group) => (listOf(group, 'ids')[0] = 5)))],
  'an id is empty': ['pages', replaceFirst(edited((group) => (listOf(group, 'ids')[0] = '')))],
  'ids are no list': ['pages', replaceFirst(edited((group) => (group['ids'] = { length: 10 })))],
  'columns are a list': ['pages', replaceFirst(edited((group) => (group['columns'] = [])))],
  'a column is none': [
    'pages',
    replaceFirst(edited((group) => ((group['columns'] as Record<string, unknown>)['name'] = null))),
  ],
  'a column is too short': ['pages', replaceFirst(edited((group) => columnOf(group, 'name').pop()))],
  'a column of a field that is no more is too short': [
    'pages',
    replaceFirst(edited((group) => ((group['columns'] as Record<string, unknown>)['former'] = []))),
  ],
  'the one value of a column is of another type': [
    'pages',
    replaceFirst(edited((group) => (columnOf(group, 'productionId')[0] = 5))),
  ],
  'a value is of another type': ['pages', replaceFirst(edited((group) => (columnOf(group, 'name')[3] = {})))],
  'a value on the wire is of another type': [
    'pages',
    replaceFirst(edited((group) => (columnOf(group, 'frames')[3] = '5e99999999'))),
  ],
  'a field is called like what every object has': [
    'pages',
    replaceFirst((page) => (page as string).replace('"name":', '"__proto__":')),
  ],
  'a list is too short': ['pages', replaceFirst(edited((group) => listOf(group, 'versions').pop()))],
  'a version is not whole': ['pages', replaceFirst(edited((group) => (listOf(group, 'versions')[0] = 1.5)))],
  'a stamp is not there': ['pages', replaceFirst(edited((group) => (listOf(group, 'stampOf')[0] = 99)))],
  'the log is missing': ['log', (store) => store.clear()],
  'a change is of another shape': ['log', replaceFirst(() => ({ put: '[]', gone: 'c1' }))],
  'the header is of another shape': ['rooms', replaceFirst(() => ({ cursor: 'k9' }))],
  'the header counts other pages': ['rooms', replaceFirst((header) => ({ ...(header as object), pages: 2 }))],
  'the header is missing': ['rooms', (store) => store.clear()],
}

for (const [title, [store, change]] of Object.entries(ROOM_DAMAGE)) {
  test(`damage: ${title}: the room is not shown, goes, and can be stored anew`, async () => {
    const factory = await filled()
    await tamper(factory, store, change)

    const storage = await open(factory)
    const shown = await loadWhole(storage, ROOM)
    const room = { cursor: 'k3', schema: materialSchema.hash, records: [camera(1)] }
    await storage.commit({ room: { channel: ROOM, type: 'replace', room } })

    expect(shown).toBeUndefined()
    expect(storage.device?.outbox.ops).toHaveLength(2)
    expect(await loadWhole(storage, ROOM)).toMatchObject({ cursor: 'k3' })
  })
}

test('damage: fields that the schema does not have are left out', async () => {
  const factory = await filled()
  await tamper(
    factory,
    'pages',
    replaceFirst((page) => (page as string).replaceAll('"name":', '"former":')),
  )

  const room = await loadWhole(await open(factory), ROOM)

  const names = Array.from(room?.records ?? []).map(({ fields }) => Object.keys(fields))
  expect(names.filter((each) => each.includes('former'))).toEqual([])
  expect(names).toHaveLength(10)
})

const OUTBOX_DAMAGE: Record<string, [store: string, (store: IDBObjectStore) => void, left: number]> = {
  'the record is missing': ['devices', (store) => store.clear(), 3],
  'the record is of another shape': ['devices', replaceFirst(() => 'x'), 3],
  'the record counts more ops': [
    'devices',
    replaceFirst((record) => ({ ...(record as object), drawn: 7 })),
    2,
  ],
  'the acks are missing': ['acks', (store) => store.clear(), 2],
  'an op is of another shape': [
    'ops',
    replaceFirst((ops) => (ops as string).replace('"update"', '"drop"')),
    2,
  ],
  'the ops are cut off': ['ops', replaceFirst((ops) => (ops as string).slice(0, 50)), 0],
}

for (const [title, [store, change, left]] of Object.entries(OUTBOX_DAMAGE)) {
  test(`W3: ${title}: the device starts anew, and what can be read of its ops is parked`, async () => {
    const factory = await filled()
    await tamper(factory, store, change)

    const { device } = await open(factory)

    expect(device?.outbox).toMatchObject({ drawn: 0, ops: [], lastOp: 0 })
    expect(device?.outbox.device).not.toBe('device-0')
    expect(device?.outbox.parked.map(({ reason }) => reason.code)).toEqual(
      Array(left).fill('storage_damaged'),
    )
  })
}

test('a database of somebody else by this name is made anew', async () => {
  const factory = new IDBFactory()
  await new Promise<void>((resolve) => {
    const request = factory.open('syncline/ana', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('todos')
    request.onsuccess = () => {
      request.result.close()
      resolve()
    }
  })

  const storage = await open(factory)
  await storage.commit({ device: deviceOf(newOutbox()) })

  expect(storage.health?.current.state).toBe('durable')
})

/** The database as the format before had it: under version 1, with rows in its pages. */
async function inFormerFormat(factory: IDBFactory): Promise<IDBFactory> {
  const former = new IDBFactory()
  const [database, copy] = await Promise.all([openAt(factory), openAt(former, 1)])
  for (const store of Array.from(database.objectStoreNames)) {
    const from = database.transaction(store).objectStore(store)
    const [keys, values] = await Promise.all([result(from.getAllKeys()), result(from.getAll())])
    const to = copy.transaction(store, 'readwrite').objectStore(store)
    await Promise.all(
      keys.map((key, at) => result(to.put(store === 'pages' ? FORMER_PAGE : values[at], key))),
    )
  }
  database.close()
  copy.close()
  return former
}

const STORES = ['devices', 'ops', 'acks', 'parked', 'rooms', 'pages', 'log']
const FORMER_PAGE = JSON.stringify([
  {
    model: 'camera',
    rows: [{ id: 'c1', productionId: 'p1', name: 'One', gain: null, frames: null, tags: null, isOn: true }],
    versions: [1],
    entered: null,
    stamps: [{}],
    stampOf: [0],
    wire: [],
  },
])

function openAt(factory: IDBFactory, version?: number): Promise<IDBDatabase> {
  const request = factory.open('syncline/ana', version)
  request.onupgradeneeded = () => STORES.forEach((store) => request.result.createObjectStore(store))
  return result(request)
}

function result<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

async function countPages(factory: IDBFactory): Promise<number> {
  const database = await openAt(factory)
  const count = await result(database.transaction('pages').objectStore('pages').count())
  database.close()
  return count
}

test('W3: what the format before has stored: the ops stay, and the rooms are loaded anew', async () => {
  const factory = await inFormerFormat(await filled())

  const storage = await open(factory)
  const left = await countPages(factory)
  const shown = await loadWhole(storage, ROOM)
  const room = { cursor: 'k3', schema: materialSchema.hash, records: [camera(1)] }
  await storage.commit({ room: { channel: ROOM, type: 'replace', room } })
  storage.close?.()
  const again = await open(factory)

  expect({ left, shown }).toEqual({ left: 0, shown: undefined })
  expect(storage.device?.outbox).toMatchObject({ device: 'device-0', drawn: 3, lastOp: 1 })
  expect(storage.device?.outbox.ops).toHaveLength(2)
  expect(storage.health?.current.state).toBe('durable')
  expect(await loadWhole(again, ROOM)).toMatchObject({ cursor: 'k3', records: [{ fields: { id: 'c1' } }] })
})

test('K2: a newer version of the page gets the database at once, and this page says so', async () => {
  const factory = await filled()
  const storage = await open(factory)

  const upgraded = await new Promise<number>((resolve, reject) => {
    const request = factory.open('syncline/ana', 3)
    request.onblocked = () => reject(new Error('blocked'))
    request.onsuccess = () => {
      resolve(request.result.version)
      request.result.close()
    }
  })

  expect(upgraded).toBe(3)
  expect(storage.health?.current).toMatchObject({ state: 'failed', problem: { code: 'storage_taken' } })
  await expect(storage.commit({ device: deviceOf(newOutbox()) })).rejects.toThrow()
  const older = await open(factory)
  expect(older.health?.current).toMatchObject({ state: 'failed', problem: { code: 'storage_taken' } })
})

test('K2: a database that is deleted under the page is not made again, and nothing is called stored', async () => {
  const factory = await filled()
  const storage = await open(factory)

  await new Promise((resolve) => (factory.deleteDatabase('syncline/ana').onsuccess = resolve))

  await expect(storage.commit({ device: deviceOf(newOutbox()) })).rejects.toThrow()
  expect(storage.health?.current.state).toBe('failed')
  expect(await factory.databases()).toEqual([])
})

test('K2: where the browser allows no storage, the page works without', async () => {
  const refusing = {
    open() {
      throw new DOMException('denied', 'SecurityError')
    },
  } as unknown as IDBFactory

  const storage = await open(refusing)

  expect(storage.health?.current).toMatchObject({ state: 'failed', problem: { code: 'storage_refused' } })
  expect(await loadWhole(storage, ROOM)).toBeUndefined()
  await expect(storage.commit({ device: deviceOf(newOutbox()) })).rejects.toThrow('denied')
  await storage.purge()
})

test('K3: signing out removes the database', async () => {
  const factory = await filled()
  const storage = await open(factory)

  await storage.purge(true)

  expect(await factory.databases()).toEqual([])
  await expect(storage.commit({ device: deviceOf(newOutbox()) })).rejects.toThrow()
})

test('W3: nothing is removed while a device that no page is has unsent ops, also a damaged one, or while it cannot be told', async () => {
  const factory = await filled()
  const locks = testLocks()
  const first = await open(factory, locks)
  const second = await open(factory, locks)
  await tamper(
    factory,
    'devices',
    replaceFirst(() => 'damaged'),
  )
  const newer = await filled()
  const upgraded = await result(newer.open('syncline/ana', 3))
  upgraded.close()
  const older = await open(newer)

  expect(await second.purge()).toBe(1)
  await expect(older.purge()).rejects.toThrow()
  await second.commit({ device: deviceOf(newOutbox()) })

  expect(second.health?.current.state).toBe('durable')
  expect(await countPages(factory)).toBe(1)
  expect((await newer.databases()).length).toBe(1)
  first.close?.()
})

test('W2: without Web Locks, the page that opened last has the device, and the one before is told', async () => {
  const factory = await filled()
  const first = await open(factory)
  const second = await open(factory)
  const write = (storage: UserStorage) =>
    storage.commit({ device: deviceOf(queue(storage.device?.outbox ?? newOutbox(), 1, random)) })

  await write(second)

  await expect(write(first)).rejects.toThrow()
  expect(first.health?.current).toMatchObject({ problem: { code: 'storage_taken' } })
  expect(second.health?.current.state).toBe('durable')
  expect((await open(factory)).device).toEqual(second.device)
})

test('W2: pages that are open at once are different devices, and unsent ops go first', async () => {
  const factory = await filled()
  const locks = testLocks()
  const first = await open(factory, locks)
  const second = await open(factory, locks)
  await second.commit({ device: deviceOf(queue({ ...newOutbox(), device: 'second' }, 4, random)) })
  await first.commit({ device: deviceOf(acknowledge(first.device?.outbox ?? newOutbox(), 3, [], 1).outbox) })

  const names = [first.device?.outbox.device, second.device?.outbox.device]
  second.close?.()
  first.close?.()
  const third = await open(factory, locks)

  expect(names).toEqual(['device-0', 'second'])
  expect(third.device?.outbox).toMatchObject({ device: 'second', drawn: 4, lastOp: 0 })
})

test('L2: of two pages with one room, one goes on caching it, and what is stored fits its cursor', async () => {
  const factory = await filled()
  const [first, second] = [await open(factory, testLocks()), await open(factory, testLocks())]
  await loadWhole(first, ROOM)
  await loadWhole(second, ROOM)
  const change = (storage: UserStorage, cursor: string, serial: number) =>
    storage.commit({ room: { channel: ROOM, type: 'change', cursor, put: [camera(serial, 9)], remove: [] } })

  await change(first, 'k3', 20)
  await change(second, 'k3', 20)
  await change(first, 'k4', 21)

  await expect(change(second, 'k4', 21)).rejects.toThrow(/not kept/)
  const room = await loadWhole(await open(factory, testLocks()), ROOM)
  expect(room?.cursor).toBe('k4')
  expect(Array.from(room?.records ?? [])).toHaveLength(12)
})

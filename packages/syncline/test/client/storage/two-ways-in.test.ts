import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Client, createClient } from '../../../src/client/client.ts'
import type { ClientOptions } from '../../../src/client/client-options.ts'
import { createDeferred } from '../../../src/client/deferred.ts'
import { indexedDb } from '../../../src/client/storage/indexed-db/indexed-db.ts'
import type { Storage } from '../../../src/client/storage/storage.ts'
import { modelServer, type ModelServer } from '../../../src/testing/model-server/model-server.ts'
import { seededRandom } from '../../../src/testing/seeded-random.ts'
import { type TestClock, testClock } from '../../../src/testing/test-clock.ts'
import { testWire } from '../../../src/testing/test-wire.ts'
import { type StageSchema, stageSchema } from '../stage-schema.ts'

let server: ModelServer
let clock: TestClock
let open: Client<StageSchema>[]

beforeAll(() => {
  globalThis.IDBKeyRange = IDBKeyRange
})

beforeEach(() => {
  clock = testClock()
  open = []
  server = modelServer({ schema: stageSchema, clock, random: seededRandom(1) })
  server.write((tx) => {
    tx.create('production', 'p1', { name: 'Opera' }, { user: null })
    tx.create('camera', 'c1', { productionId: 'p1', name: 'One', note: null, tags: [] }, { user: null })
    tx.create('lens', 'l1', { name: 'Wide' }, { user: null })
    tx.grant('ana', 'production', 'p1')
  })
})

afterEach(() => {
  for (const client of open) client.close()
})

/** A device of ana's: its pages come and go, its database stays. */
function device() {
  const factory = new IDBFactory()
  const random = seededRandom(2)
  const wire = testWire(server, { clock, random })
  return {
    factory,
    wire,
    open(options: Partial<ClientOptions<StageSchema>> = {}): Client<StageSchema> {
      const { WebSocket, fetch } = wire
      const storage = indexedDb({ factory })
      const given = { url: 'http://server/sync', user: 'ana', token: 'ana', storage, clock, WebSocket, fetch }
      const client = createClient({ schema: stageSchema, joinAtStart: true, ...given, ...options })
      open.push(client)
      return client
    },
  }
}

/** Lets the database answer, and the clock's time pass. */
async function pass(ms = 500): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    await settle(5)
    await clock.advance(ms / 10)
  }
}

async function reload(device: { open(): Client<StageSchema> }, client: Client<StageSchema>) {
  client.close()
  const next = device.open()
  await pass()
  return next
}

test('a second device shows what the first created, without being told of it', async () => {
  const [first, second] = [device().open(), device().open()]
  await pass()

  const production = first.mutate.production.create({ name: 'Ballet' })
  await pass()
  await production.confirmed

  expect(second.query.production.orderBy('name').current.map(({ name }) => name)).toEqual(['Ballet', 'Opera'])
  expect(second.query.lens.current).toEqual([{ id: 'l1', name: 'Wide' }])
})

test('K1: a cold start shows everything that was there before the network answers', async () => {
  const phone = device()
  const first = phone.open()
  first.join('production', 'p1')
  await pass()
  phone.wire.connected(false)

  const again = await reload(phone, first)
  const room = again.join('production', 'p1')
  await pass()

  expect(again.query.production.first()).toMatchObject({ name: 'Opera' })
  expect(again.query.lens.first()).toMatchObject({ name: 'Wide' })
  expect(again.query.camera.first()).toMatchObject({ name: 'One' })
  expect(room.status.current).toBe('catching-up')
  expect(again.status.current).toMatchObject({ realtimeConnected: false, storage: 'durable' })
})

test('K1: what the cache shows is corrected by the answer, and an unchanged row keeps its identity', async () => {
  const phone = device()
  const first = phone.open()
  await pass()
  phone.wire.connected(false)
  server.write((tx) => tx.update('production', 'p1', { name: 'Opera II' }, { user: null }))

  const again = await reload(phone, first)
  const cached = [again.query.production.first()?.name, again.query.lens.first()]
  phone.wire.connected(true)
  await pass(40_000)

  expect(cached[0]).toBe('Opera')
  expect(again.query.production.first()?.name).toBe('Opera II')
  expect(again.query.lens.first()).toBe(cached[1])
})

/** Reads the rows of a cached room when the gate opens. */
function gated(storage: Storage, gate: Promise<void>): Storage {
  return {
    async open(user, schema) {
      const opened = await storage.open(user, schema)
      return {
        device: opened.device,
        commit: (write) => opened.commit(write),
        purge: () => opened.purge(),
        close: () => opened.close?.(),
        async loadRoom(channel) {
          const kept = await opened.loadRoom(channel)
          return kept && { ...kept, read: (take) => gate.then(() => kept.read(take)) }
        },
      }
    },
  }
}

/** A device that holds the room, and a page of it whose cached rows wait at the gate. */
async function openGated(gate: Promise<void>) {
  const phone = device()
  const first = phone.open()
  first.join('production', 'p1')
  await pass()
  first.close()
  await pass()
  server.write((tx) => tx.update('camera', 'c1', { name: 'Two' }, { user: null }))
  server.write((tx) =>
    tx.create('camera', 'c2', { productionId: 'p1', name: 'New', note: null, tags: [] }, { user: null }),
  )
  const storage = gated(indexedDb({ factory: phone.factory }), gate)
  const client = phone.open({ storage, joinAtStart: false })
  const room = client.join('production', 'p1')
  await pass()
  return { client, room }
}

/** Lets what is ready go on; no message of the wire comes meanwhile, for the clock stands still. */
async function settle(ms = 20): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
  // Where the machine had other work meanwhile, little of ours was done: the database answers turn by turn.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('K1: a room is asked for while its cached rows are read, and the answer waits for them', async () => {
  const gate = createDeferred()
  const { client, room } = await openGated(gate.promise)
  const before = [room.status.current, client.query.camera.current.length, client.status.current.status]
  const heard: string[][] = []
  client.query.camera.subscribe(() => heard.push(client.query.camera.current.map(({ name }) => name)))

  gate.resolve()
  await settle()

  expect(before).toEqual(['joining', 0, 'syncing'])
  expect(heard).toEqual([['One'], ['Two', 'New']])
  expect([room.status.current, client.status.current.status]).toEqual(['live', 'realtime'])
})

test('L4: a room whose cached rows turn out to be damaged after it was asked for is loaded anew', async () => {
  const gate = createDeferred()
  const { client, room } = await openGated(gate.promise)

  gate.reject(new Error('The rows are damaged.'))
  await settle()
  const damaged = [room.status.current, client.query.camera.current.length]
  await pass()

  expect(damaged).toEqual(['joining', 0])
  expect(room.status.current).toBe('live')
  expect(client.query.camera.current.map(({ name }) => name)).toEqual(['Two', 'New'])
})

test('A2: rows that may not be read any more are not shown, although they are still being read', async () => {
  const gate = createDeferred()
  const { client, room } = await openGated(gate.promise)
  let heard = 0
  client.query.camera.subscribe(() => heard++)

  server.write((tx) => tx.revoke('ana', 'production', 'p1'))
  await pass()
  const status = room.status.current
  gate.resolve()
  await settle()

  expect(status).toBe('gone')
  expect([heard, client.query.camera.current.length, room.status.current]).toEqual([0, 0, 'gone'])
})

test('W3: a write made offline outlives the page and is sent by the next one', async () => {
  const phone = device()
  const first = phone.open()
  await pass()
  phone.wire.connected(false)
  const asked = vi.fn(async () => true)
  vi.stubGlobal('navigator', { storage: { persist: asked } })

  const write = first.mutate.production.update('p1', { name: 'Offline' })
  await write.stored
  const again = await reload(phone, first)
  const shown = again.query.production.first()?.name
  phone.wire.connected(true)
  await pass(40_000)

  expect(asked).toHaveBeenCalledOnce()
  expect(shown).toBe('Offline')
  expect(again.status.current).toMatchObject({ pending: 0, status: 'realtime' })
  expect(server.state.tables.get('production')?.get('p1')?.fields).toMatchObject({ name: 'Offline' })
  vi.unstubAllGlobals()
})

test('K2: a storage that is refused is told, nothing is called stored, and the write is sent', async () => {
  const factory = {
    open: () => {
      throw new DOMException('denied', 'SecurityError')
    },
  } as unknown as IDBFactory
  const client = device().open({ storage: indexedDb({ factory }) })
  await pass()

  const write = client.mutate.production.update('p1', { name: 'Sent' })
  await pass()

  await expect(write.stored).rejects.toThrow(/did not take the write/)
  await write.confirmed
  expect(client.status.current).toMatchObject({
    storage: 'failed',
    storageProblem: { code: 'storage_refused' },
  })
})

test('K3: signing out leaves no database', async () => {
  const phone = device()
  const client = phone.open()
  await pass()

  const signedOut = client.signOut()
  await pass()
  await signedOut

  expect(await phone.factory.databases()).toEqual([])
  expect(client.query.production.current).toEqual([])
})

test('a room that was created here and is not sent yet does not keep the session from being live', async () => {
  const phone = device()
  const first = phone.open()
  await pass()
  phone.wire.connected(false)
  const { id } = first.mutate.production.create({ name: 'Made offline' })
  await pass()

  const again = await reload(phone, first)
  const room = again.join('production', id)
  phone.wire.connected(true)
  await pass(40_000)

  expect(again.status.current).toMatchObject({ status: 'realtime', pending: 0 })
  expect(again.query.production.current.map(({ name }) => name)).toContain('Made offline')
  expect(['live', 'gone']).toContain(room.status.current)
})

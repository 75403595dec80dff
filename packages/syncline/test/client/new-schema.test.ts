/** A deploy that adds a model and a field, and devices that cached rooms before it. */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { beforeAll, expect, test } from 'vitest'
import { indexedDb } from '../../src/client/storage/indexed-db/indexed-db.ts'
import { memory } from '../../src/client/storage/memory.ts'
import { defineSchema, model, reference, room, text } from '../../src/schema/index.ts'
import { modelStage } from './model-stage.ts'

beforeAll(() => {
  globalThis.IDBKeyRange = IDBKeyRange
})

const production = model('productions', { name: text() })
const camera = { productionId: reference('production'), name: text() }
const lens = { name: text() }
const before = defineSchema({
  models: { production, camera: model('cameras', camera), lens: model('lenses', lens, { shared: true }) },
  rooms: { production: room({ camera: 'productionId' }) },
})
const after = defineSchema({
  models: {
    production: model('productions', { name: text(), hall: text() }),
    camera: model('cameras', { ...camera, note: text() }),
    lamp: model('lamps', { productionId: reference('production'), name: text() }),
    lens: model('lenses', { ...lens, maker: text() }, { shared: true }),
  },
  rooms: { production: room({ camera: 'productionId', lamp: 'productionId' }) },
})

/** A server that knows more than the app that was open when it began; that app caches, and is closed. */
async function cachedByOldApp(storage: ReturnType<typeof memory>, joinAtStart = true) {
  const asked: unknown[] = []
  const stage = modelStage(after, (message) => {
    if (message.type === 'join') asked.push(message)
    return false
  })
  stage.server.write((tx) => {
    tx.update('production', 'p1', { hall: 'Great' }, { user: null })
    tx.create('camera', 'c1', { productionId: 'p1', name: 'One', note: 'left' }, { user: null })
    tx.create('lamp', 'l1', { productionId: 'p1', name: 'Lamp' }, { user: null })
    tx.create('lens', 'x1', { name: 'Wide', maker: 'Ross' }, { user: null })
  })
  const old = stage.open({ schema: before, storage, joinAtStart })
  old.join('production', 'p1')
  await stage.pass(2_000)
  const cached = { camera: old.query.camera.current, lens: old.query.lens.current }
  old.close()
  await stage.pass(100)
  return { ...stage, asked, cached }
}

test.each([
  ['memory', () => memory()],
  ['IndexedDB', () => indexedDb({ factory: new IDBFactory() })],
])(
  'C1, L4: rows of a model and a field that are new reach rooms, lists and shared tables that an older app cached (%s)',
  async (_name, makeStorage) => {
    const storage = makeStorage()
    const { open, pass, cached } = await cachedByOldApp(storage)

    const client = open({ storage, joinAtStart: true })
    const { status } = client.join('production', 'p1')
    await pass(2_000)

    expect(cached).toEqual({
      camera: [{ id: 'c1', productionId: 'p1', name: 'One' }],
      lens: [{ id: 'x1', name: 'Wide' }],
    })
    expect(status.current).toBe('live')
    expect(client.query.lamp.current).toEqual([{ id: 'l1', productionId: 'p1', name: 'Lamp' }])
    expect(client.query.camera.current).toEqual([{ id: 'c1', productionId: 'p1', name: 'One', note: 'left' }])
    expect(client.query.lens.current).toEqual([{ id: 'x1', name: 'Wide', maker: 'Ross' }])
    expect(client.query.production.current).toEqual([{ id: 'p1', name: 'Opera', hall: 'Great' }])
    client.close()
  },
)

test('K1: what an older app cached is shown until the new rows are there, also without a network', async () => {
  const storage = indexedDb({ factory: new IDBFactory() })
  const { open, pass, wire } = await cachedByOldApp(storage)

  wire.connected(false)
  const client = open({ storage })
  client.join('production', 'p1')
  await pass(500)
  const offline = client.query.camera.current
  wire.connected(true)
  await pass(40_000)

  expect(offline).toEqual([{ id: 'c1', productionId: 'p1', name: 'One' }])
  expect(client.query.camera.current).toMatchObject([{ note: 'left' }])
  client.close()
})

test('once loaded, the new rows are cached, and the next page continues from them', async () => {
  const storage = indexedDb({ factory: new IDBFactory() })
  const { open, pass, asked } = await cachedByOldApp(storage, false)
  const first = open({ storage })
  first.join('production', 'p1')
  await pass(2_000)
  first.close()
  await pass(100)

  const seen = asked.length
  const second = open({ storage })
  second.join('production', 'p1')
  await pass(2_000)

  const room = { type: 'join', channel: 'Production:p1' }
  expect(asked).toEqual([room, room, { ...room, cursor: expect.any(String) }])
  expect(seen).toBe(2)
  second.close()
})

import { expect, test, vi } from 'vitest'
import { simulate } from '../testing/simulate.ts'
import { defineSchema, integer, model, number, reference, room, text } from '../schema/index.ts'
import { createClient } from './client.ts'
import { memory } from './storage/memory.ts'

const schema = defineSchema({
  version: 3,
  models: {
    production: model('productions', { name: text() }),
    camera: model('cameras', {
      productionId: reference('production'),
      name: text(),
      zoom: integer().onConflict('counter'),
      gain: number().default(0),
    }),
    checklistItem: model('checklist_items', { productionId: reference('production'), name: text() }),
  },
  rooms: { production: room({ camera: 'productionId', checklistItem: 'productionId' }) },
})

/** A production with one camera, readable by ana and ben, and a device for each of these users. */
async function setUp(...users: string[]) {
  const simulation = simulate({ schema, seed: 1, users })
  const { server, clock } = simulation
  server.write((tx) => {
    tx.create('production', 'p1', { name: 'Opera' }, { user: null })
    tx.create('camera', 'c1', { productionId: 'p1', name: 'One', zoom: 2, gain: 0 }, { user: null })
    for (const user of ['ana', 'ben']) tx.grant(user, 'production', 'p1')
  })
  for (const { client } of simulation.clients) client.join('production', 'p1')
  await clock.advance(500)
  return simulation
}

const only = <Item>(items: readonly Item[]): Item => {
  if (items.length !== 1) throw new Error(`There are ${items.length} items.`)
  return items[0] as Item
}

test('K1: a write is shown when the call returns, and by the others when it is confirmed', async () => {
  const { clock, clients } = await setUp('ana', 'ben')
  const [ana, ben] = clients.map(({ client }) => client)
  const seen = ana?.query.camera.where({ productionId: 'p1' })

  const write = ben?.mutate.camera.update('c1', { name: 'Uno', zoom: { $inc: 3 } })
  const shown = ben?.query.camera.first()
  await clock.advance(500)
  await write?.confirmed

  expect(shown).toEqual({ id: 'c1', productionId: 'p1', name: 'Uno', zoom: 5, gain: 0 })
  expect(seen?.current).toEqual([shown])
  expect(ben?.query.camera.first()).toBe(shown)
})

test('K1: reading and writing work before anything is connected', async () => {
  const { clients, clock } = await setUp('ana')
  const { wire, client } = only(clients)
  wire.connected(false)

  const camera = client.mutate.camera.create({ productionId: 'p1', name: 'Two' })

  expect(client.record('camera', camera.id).current).toMatchObject({ name: 'Two', zoom: 0, gain: 0 })
  expect(client.status.current).toMatchObject({ pending: 1, realtimeConnected: false, status: 'offline' })
  wire.connected(true)
  await clock.advance(40_000)
  await camera.confirmed
})

test('K2: the age of the oldest unsent write is told, and grows', async () => {
  const { clients, clock } = await setUp('ana')
  const { wire, client } = only(clients)
  wire.connected(false)
  const ages: (number | undefined)[] = []
  client.status.subscribe(() => ages.push(client.status.current.oldestPendingMs))

  client.mutate.camera.update('c1', { name: 'Late' })
  await clock.advance(3_500)

  expect(ages).toEqual(expect.arrayContaining([0, 1_000, 2_000, 3_000]))
})

test('a mistake is told where it is made, and nothing is queued', async () => {
  const { clients } = await setUp('ana')
  const { client } = only(clients)
  const { mutate } = client

  expect(() => mutate.camera.update('c1', { nme: 'x' } as never)).toThrow(
    /`nme` is not part of model `camera`/,
  )
  expect(() => mutate.camera.update('c1', { name: 5 } as never)).toThrow(/Field `name` of model `camera`/)
  expect(() => mutate.camera.update('c1', { name: 'a\u0000' })).toThrow(/Field `name`/)
  expect(() => mutate.camera.create({ name: 'x' } as never)).toThrow(/`productionId`.*is missing/)
  expect(() => mutate.camera.delete('')).toThrow(/The id of model `camera`/)
  expect(() => mutate.camera.update('c1', { name: 'x'.repeat(1_100_000) })).toThrow(/at most/)
  expect(() => client.join('camera' as never, 'c1')).toThrow(
    /Model `camera` is not a room\. Rooms of this schema: `production`/,
  )
  expect(client.status.current.pending).toBe(0)
})

test('W3: a refused write goes from view, says why, and is kept with its values', async () => {
  const { clients, clock } = await setUp('ana')
  const { client } = only(clients)

  const write = client.mutate.camera.update('c1', { productionId: 'nowhere' })
  await clock.advance(500)

  await expect(write.confirmed).rejects.toMatchObject({ name: 'SynclineError', code: 'constraint', n: 1 })
  expect(client.query.camera.first()?.productionId).toBe('p1')
  const parked = only(client.parked.current)
  expect(parked).toMatchObject({
    op: { id: 'c1', fields: { productionId: 'nowhere' } },
    reason: { code: 'constraint' },
  })
  client.dismiss(parked)
  expect(client.parked.current).toEqual([])
})

test('a refused write that nobody listens to is no unhandled rejection', async () => {
  const { clients, clock } = await setUp('ana')
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)

  only(clients).client.mutate.camera.update('c1', { productionId: 'nowhere' })
  await clock.advance(500)
  await new Promise((resolve) => setTimeout(resolve, 10))

  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})

test('a transaction is refused as a whole, and a throw in it queues nothing', async () => {
  const { clients, clock } = await setUp('ana')
  const { client } = only(clients)

  const write = client.transaction((tx) => {
    const { id } = tx.camera.create({ productionId: 'p1', name: 'Two' })
    tx.camera.update(id, { productionId: 'nowhere' })
  })
  const failing = () =>
    client.transaction((tx) => {
      tx.camera.create({ productionId: 'p1', name: 'Three' })
      throw new Error('changed my mind')
    })

  expect(failing).toThrow('changed my mind')
  expect(() => client.transaction((async () => {}) as never)).toThrow(/cannot wait/)
  expect(client.status.current.pending).toBe(2)
  await clock.advance(500)
  await expect(write.confirmed).rejects.toMatchObject({ code: 'constraint' })
  expect(client.query.camera.current.map(({ name }) => name)).toEqual(['One'])
})

test('a write that is not optimistic is shown when it is confirmed', async () => {
  const { clients, clock } = await setUp('ana')
  const { client } = only(clients)

  const write = client.mutate.camera.update('c1', { name: 'Sure' }, { optimistic: false })
  expect(client.query.camera.first()?.name).toBe('One')
  await clock.advance(500)
  await write.confirmed

  expect(client.query.camera.first()?.name).toBe('Sure')
})

test('a count is never shown twice, between its change and its ack', async () => {
  const { clients, clock } = await setUp('ana')
  const { client } = only(clients)
  const zooms: (number | undefined)[] = []
  client.record('camera', 'c1').subscribe(() => zooms.push(client.record('camera', 'c1').current?.zoom))

  client.mutate.camera.update('c1', { zoom: { $inc: 3 } })
  client.mutate.camera.update('c1', { zoom: { $inc: 1 } })
  await clock.advance(500)

  expect(zooms).toEqual([5, 6])
})

test('a count is not shown twice when its record is loaded anew before the ack', async () => {
  const { clients, clock, server } = await setUp('ana')
  const { client } = only(clients)
  const zooms: (number | undefined)[] = []
  client.record('camera', 'c1').subscribe(() => zooms.push(client.record('camera', 'c1').current?.zoom))
  const isCommitted = () => server.state.tables.get('camera')?.get('c1')?.fields['zoom'] === 5

  client.mutate.camera.update('c1', { zoom: { $inc: 3 } })
  while (!isCommitted()) await clock.advance(1)
  server.reload()
  await clock.advance(500)

  expect(zooms).toEqual([5])
  expect(client.status.current.pending).toBe(0)
})

test('a room created here is joined when the server knows it, and readable at once', async () => {
  const { clients, clock } = await setUp('ana')
  const { wire, client } = only(clients)
  wire.connected(false)

  const production = client.mutate.production.create({ name: 'New' })
  client.mutate.camera.create({ productionId: production.id, name: 'Its first' })
  const joined = client.join('production', production.id)

  expect(client.query.camera.where({ productionId: production.id }).current).toHaveLength(1)
  wire.connected(true)
  await clock.advance(40_000)
  expect(joined.status.current).toBe('live')
  expect(client.query.camera.where({ productionId: production.id }).current).toHaveLength(1)
})

test('A2: a lost right empties the room at once, memory and storage', async () => {
  const { clients, clock, server } = await setUp('ben')
  const device = only(clients)
  const held = device.client.join('production', 'p1')

  server.write((tx) => tx.revoke('ben', 'production', 'p1'))
  await clock.advance(500)

  expect(held.status.current).toBe('gone')
  expect(held.problem?.code).toBe('not_found')
  expect(device.client.query.camera.current).toEqual([])
  device.wire.connected(false)
  const client = device.reload()
  client.join('production', 'p1')
  await clock.advance(100)
  expect(client.query.camera.current).toEqual([])
})

test('A2: a right lost while offline empties the room when the device is back', async () => {
  const { clients, clock, server } = await setUp('ben')
  const { client, wire } = only(clients)
  wire.connected(false)
  server.write((tx) => tx.revoke('ben', 'production', 'p1'))
  await clock.advance(1_000)
  expect(client.query.camera.current).toHaveLength(1)

  wire.connected(true)
  await clock.advance(40_000)

  expect(client.query.camera.current).toEqual([])
})

test('two holds share one subscription, and the last one that leaves frees the rows', async () => {
  const { clients, clock, trace } = await setUp('ana')
  const { client } = only(clients)
  const second = client.join('production', 'p1')
  const third = client.join('production', 'p1')
  await clock.advance(100)

  second.leave()
  second.leave()
  await clock.advance(100)

  expect(third.status.current).toBe('live')
  expect(second.status.current).toBe('left')
  expect(trace.filter((text) => text.includes('"type":"join"'))).toHaveLength(1)
  expect(client.query.camera.current).toHaveLength(1)
})

test('a room of an earlier visit is shown at once, before any connection', async () => {
  const { clients, clock } = await setUp('ana')
  const device = only(clients)
  device.wire.connected(false)

  const client = device.reload()
  const held = client.join('production', 'p1')

  expect(client.query.camera.current.map(({ name }) => name)).toEqual(['One'])
  expect(held.status.current).toBe('catching-up')
  device.wire.connected(true)
  await clock.advance(40_000)
  expect(held.status.current).toBe('live')
})

test('writes made before the storage is open are numbered after those that it holds', async () => {
  const { clock, clients, server } = await setUp('ana')
  const { wire } = only(clients)
  const inner = memory()
  const storage = { open: (user: string) => Promise.resolve(inner.open(user)) }
  const options = {
    schema,
    url: 'http://server/sync',
    user: 'ana',
    token: 'ana',
    storage,
    clock,
    WebSocket: wire.WebSocket,
  }
  const first = createClient(options)
  const write = first.mutate.camera.update('c1', { name: 'Early' })
  expect(write.n).toBeUndefined()
  first.close()
  await expect.poll(() => write.n).toBe(1)

  const second = createClient(options)
  const later = second.mutate.camera.update('c1', { name: 'Later' })
  await clock.advance(1_000)
  await later.confirmed

  expect(later.n).toBe(2)
  expect(server.state.tables.get('camera')?.get('c1')?.fields['name']).toBe('Later')
  second.close()
})

test('K2: a storage that fails is not called stored, and the write is still sent', async () => {
  const { clock, clients } = await setUp('ana')
  const { wire } = only(clients)
  const inner = memory()
  const storage = {
    open: async (user: string) => {
      const opened = await inner.open(user)
      return {
        device: opened.device,
        loadRoom: () => undefined,
        purge: () => Promise.resolve(),
        commit: () => Promise.reject(new Error('The disk is full.')),
      }
    },
  }
  const client = createClient({
    schema,
    url: 'http://server/sync',
    token: 'ana',
    storage,
    clock,
    WebSocket: wire.WebSocket,
  })

  const write = client.mutate.camera.update('c1', { name: 'Kept' })
  await clock.advance(1_000)

  await expect(write.stored).rejects.toThrow(/storage of this device did not take the write/)
  await write.confirmed
  client.close()
})

test('without sockets the device polls over HTTP, and stops when a socket is back', async () => {
  const { clients, clock } = await setUp('ana', 'ben')
  const [ana, ben] = clients
  ana?.wire.socketsBlocked(true)
  await clock.advance(60_000)
  expect(ana?.client.status.current).toMatchObject({
    transport: 'polling',
    status: 'synced',
    realtimeConnected: false,
  })

  const write = ana?.client.mutate.camera.update('c1', { name: 'By post' })
  ben?.client.mutate.checklistItem.create({ productionId: 'p1', name: 'Check' })
  await clock.advance(11_000)
  await write?.confirmed

  expect(ben?.client.query.camera.first()?.name).toBe('By post')
  expect(ana?.client.query.checklistItem.current).toHaveLength(1)
  ana?.wire.socketsBlocked(false)
  await clock.advance(60_000)
  expect(ana?.client.status.current).toMatchObject({ transport: 'socket', status: 'realtime' })
})

test('over HTTP too, events and statuses come when the page sees the change that they tell of', async () => {
  const { clients, clock, server } = await setUp('ana')
  const { client, wire } = only(clients)
  wire.socketsBlocked(true)
  await clock.advance(60_000)
  const heard: unknown[] = []
  const { status } = client.join('production', 'p2')
  status.subscribe(() => heard.push(status.current, client.record('camera', 'c2').current?.name))
  client.onOp(() => heard.push('op', client.record('camera', 'c1').current?.name))
  client.on('camera:updated', ({ type, data }) => heard.push(type, data.name))
  client.on('data:changed', ({ type, entities }) => {
    const [first] = entities
    heard.push(type, first?.type === 'camera:updated' ? first.data.name : first?.data)
  })

  server.write((tx) => {
    tx.update('camera', 'c1', { name: 'Uno' }, { user: null })
    tx.create('production', 'p2', { name: 'Ballet' }, { user: null })
    tx.create('camera', 'c2', { productionId: 'p2', name: 'Two', zoom: 0, gain: 0 }, { user: null })
    tx.grant('ana', 'production', 'p2')
  })
  await clock.advance(11_000)

  expect(heard.slice(0, 6)).toEqual(['op', 'Uno', 'camera:updated', 'Uno', 'data:changed', 'Uno'])
  expect(heard.slice(-2)).toEqual(['live', 'Two'])
})

test('a half-open connection is noticed within twice the heartbeat, and nothing is lost', async () => {
  const { clients, clock } = await setUp('ana', 'ben')
  const [ana, ben] = clients
  ana?.wire.silent(true)
  ben?.client.mutate.camera.update('c1', { name: 'Unheard' })
  await clock.advance(1_000)
  ana?.wire.silent(false)

  await clock.advance(45_000)

  expect(ana?.client.query.camera.first()?.name).toBe('Unheard')
})

test('L4: after `snapshot` the old rows stay until the new ones are whole', async () => {
  const { clients, clock, server } = await setUp('ana')
  const { client, wire } = only(clients)
  server.write((tx) => {
    for (let at = 0; at < 40; at++)
      tx.create('camera', `x${at}`, { productionId: 'p1', name: `X${at}`, zoom: 0, gain: 0 }, { user: null })
  })
  await clock.advance(500)
  const counts = new Set<number>()
  client.query.camera.subscribe(() => counts.add(client.query.camera.current.length))

  wire.cut()
  server.forgetLog()
  server.write((tx) => tx.delete('camera', 'c1', { user: null }))
  await clock.advance(40_000)

  expect([...counts]).toEqual([40])
})

test('events name confirmed changes in kebab-case, once each', async () => {
  const { clients, clock } = await setUp('ana', 'ben')
  const [ana, ben] = clients
  const events: unknown[] = []
  ana?.client.on('checklist-item:created', (event) => events.push(event))
  const batches = vi.fn()
  ana?.client.on('data:changed', batches)
  const ops = vi.fn()
  ana?.client.onOp(ops)

  const { id } = ben?.client.mutate.checklistItem.create({ productionId: 'p1', name: 'Check' }) ?? {}
  await clock.advance(500)

  expect(events).toEqual([
    {
      type: 'checklist-item:created',
      entity: 'checklist-item',
      entityId: id,
      data: { id, productionId: 'p1', name: 'Check' },
      userId: 'ben',
      timestamp: expect.any(String),
    },
  ])
  expect(batches).toHaveBeenCalledOnce()
  expect(ops).toHaveBeenCalledOnce()
})

test('K3: another user of the device sees and sends nothing of the last one', async () => {
  const { clients, clock } = await setUp('ana')
  const { wire, storage, client } = only(clients)
  wire.connected(false)
  client.mutate.camera.update('c1', { name: 'Mine' })
  await clock.advance(100)
  client.close()

  const shared = { schema, url: 'http://server/sync', storage, clock, WebSocket: wire.WebSocket }
  const ben = createClient({ ...shared, user: 'ben', token: 'ben' })
  ben.join('production', 'p1')

  expect(ben.query.camera.current).toEqual([])
  expect(ben.status.current.pending).toBe(0)
  ben.close()
  const ana = createClient({ ...shared, user: { id: 'ana' }, token: 'ana' })
  expect(ana.status.current.pending).toBe(1)
  ana.close()
})

test('K3: a session that turns out to be of another user sends nothing', async () => {
  const { clients, clock, trace } = await setUp('ana')
  const { wire } = only(clients)
  const client = createClient({
    schema,
    url: 'http://server/sync',
    user: 'ana',
    token: 'ben',
    clock,
    WebSocket: wire.WebSocket,
  })
  client.mutate.camera.update('c1', { name: 'Whose?' })
  const before = trace.length
  await clock.advance(5_000)

  expect(client.status.current).toMatchObject({ status: 'error', problem: { code: 'device_taken' } })
  expect(client.status.current.problem?.message).toContain('make one with `user` `ben`')
  expect(trace.slice(before).some((text) => text.includes('"push"'))).toBe(false)
  client.close()
})

test('who leaves a room hears of it, also while others hold it', async () => {
  const { clients } = await setUp('ana')
  const { client } = only(clients)
  const [first, second] = [client.join('production', 'p1'), client.join('production', 'p1')]
  const heard: string[] = []
  for (const room of [first, second]) room.status.subscribe(() => heard.push(room.status.current))

  first.leave()

  expect(heard).toEqual(['left'])
  expect([first.status.current, second.status.current]).toEqual(['left', 'live'])
})

test('signing out with unsent writes asks first, and then leaves nothing', async () => {
  const { clients } = await setUp('ana')
  const { wire, client, storage } = only(clients)
  wire.connected(false)
  client.mutate.camera.update('c1', { name: 'Unsent' })

  await expect(client.signOut()).rejects.toThrow(/1 writes have not reached the server/)
  await client.signOut({ discard: true })

  expect(client.query.camera.current).toEqual([])
  const opened = await storage.open('ana')
  expect(opened.device).toBeUndefined()
  expect(await opened.loadRoom('Production:p1')).toBeUndefined()
})

test('W3: a copied device takes a new name and parks what it had not sent', async () => {
  const { clients, clock } = await setUp('ana')
  const device = only(clients)
  const { client, wire, storage } = device
  client.mutate.camera.update('c1', { name: 'First' })
  await clock.advance(500)
  const copy = await storage.open('ana')
  const stored = copy.device
  client.mutate.camera.update('c1', { name: 'Second' })
  await clock.advance(500)
  client.close()

  const clone = memory()
  if (stored) await (await clone.open('ana')).commit({ device: stored })
  wire.connected(false)
  const cloned = createClient({
    schema,
    url: 'http://server/sync',
    user: 'ana',
    token: 'ana',
    storage: clone,
    clock,
    WebSocket: wire.WebSocket,
  })
  const write = cloned.mutate.camera.update('c1', { name: 'From the copy' })
  wire.connected(true)
  await clock.advance(40_000)

  await expect(write.confirmed).rejects.toMatchObject({ code: 'device_copied' })
  expect(only(cloned.parked.current)).toMatchObject({ op: { fields: { name: 'From the copy' } } })
  const next = cloned.mutate.camera.update('c1', { name: 'After' })
  await clock.advance(1_000)
  await next.confirmed
  expect(next.n).toBe(1)
  cloned.close()
})

test('a token is asked for before each connection', async () => {
  const { clients, clock } = await setUp('ana')
  const { wire } = only(clients)
  const token = vi.fn(async () => 'ana')
  const client = createClient({ schema, url: 'http://server/sync', token, clock, WebSocket: wire.WebSocket })
  await clock.advance(1_000)
  wire.cut()
  await clock.advance(5_000)

  expect(token).toHaveBeenCalledTimes(2)
  expect(client.status.current.status).toBe('realtime')
  client.close()
})

test('types follow the schema', () => {
  const check = (client: ReturnType<typeof createClient<typeof schema>>) => {
    const names: readonly string[] = client.query.camera.current.map(({ name }) => name)
    const production: string | undefined = client.query.camera.include('production').first()?.production?.name
    // @ts-expect-error a model that is not declared
    const none: unknown = client.query.kamera
    // @ts-expect-error a value of another kind
    client.mutate.camera.update('c1', { zoom: 'far' })
    // @ts-expect-error a field that must be given
    client.mutate.camera.create({ name: 'Two' })
    // @ts-expect-error a comparison with another kind
    client.query.camera.where({ zoom: { gt: 'far' } })
    // @ts-expect-error an event of which nobody would hear
    client.on('camera:creatd', () => {})
    client.on('checklist-item:updated', ({ entity, data }) => {
      const item: 'checklist-item' = entity
      // @ts-expect-error a field that is not declared
      return [item, data.name, data.nme]
    })
    // @ts-expect-error of a record that went, only the id is known
    client.on('camera:deleted', ({ data }) => [data.id, data.name])
    client.on('data:changed', ({ entities }) =>
      // @ts-expect-error a field that is not declared
      entities.map((each) => each.type === 'camera:created' && [each.data.zoom, each.data.zoon]),
    )
    // @ts-expect-error a model that is not declared
    client.onOp(({ model }) => model === 'kamera')
    // @ts-expect-error a model that is no room, and not shared
    client.join('camera', 'c1')
    return [names, production, none]
  }

  expect(check).toBeTypeOf('function')
})

test('K2: the connection’s state is an event, told once for each change', async () => {
  const { clients, clock } = await setUp('ana')
  const { wire, client } = only(clients)
  const heard: string[] = []
  const stop = client.on('connection-status', ({ status }) => heard.push(status))

  wire.connected(false)
  await clock.advance(60_000)
  wire.connected(true)
  await clock.advance(60_000)
  stop()
  wire.connected(false)
  await clock.advance(60_000)

  // Polling, which tries every five seconds, was the first to get through again.
  expect(heard).toEqual(['offline', 'synced', 'syncing', 'realtime'])
})

test('K2: an address where something else answers is named in the status', async () => {
  const answers = { status: 404, body: '<!doctype html>' }
  const client = createClient({
    schema,
    url: 'http://localhost:1/app',
    storage: memory(),
    reconnect: { minMs: 1, maxMs: 1 },
    WebSocket: class {
      constructor() {
        throw new Error('There is no socket.')
      }
    } as never,
    fetch: async () => new Response(answers.body, { status: answers.status }),
  })

  await expect.poll(() => client.status.current.problem?.code).toBe('not_found')
  const { problem, status } = client.status.current
  client.close()

  expect(status).toBe('offline')
  expect(problem?.message).toMatch(
    /`http:\/\/localhost:1\/app\/pull` answered 404.*Check `url`: it ends with `\/sync`/,
  )
})

test('a write after the client was closed is refused, not taken and never settled', async () => {
  const { clients } = await setUp('ana')
  const { client } = only(clients)
  const taken = client.mutate.camera.update('c1', { name: 'Uno' })
  client.close()

  const late = [
    () => client.mutate.camera.update('c1', { name: 'Due' }),
    () => client.transaction((tx) => tx.camera.delete('c1')),
  ]

  for (const write of late) expect(write).toThrow('The client is closed: the write was not taken.')
  expect(client.query.camera.first()?.name).toBe('Uno')
  expect(await taken.stored).toBe(false)
})

/** Values that JSON does not know, stored writes that their fields do not take any more, and records that are told of twice. */
import { expect, test } from 'vitest'
import { simulate } from '../testing/simulate.ts'
import type { TestWire } from '../testing/test-wire.ts'
import { array, bigint, defineSchema, model, reference, room, text } from '../schema/index.ts'
import { createClient } from './client.ts'
import { memory } from './storage/memory.ts'

const schema = defineSchema({
  models: {
    production: model('productions', {
      name: text(),
      numbers: array(bigint({ as: 'bigint' })).default([]),
      badges: array(bigint({ as: 'bigint' }))
        .default([])
        .onConflict('set'),
    }),
    camera: model('cameras', { productionId: reference('production'), name: text() }),
  },
  rooms: { production: room({ camera: 'productionId' }) },
})

const DIRECT = { user: null }

async function setUp() {
  const simulation = simulate({ schema, seed: 1, users: ['ana'] })
  const { server, clock, clients } = simulation
  server.write((tx) => {
    tx.create('production', 'p1', { name: 'Opera', numbers: ['1', '20'], badges: ['7'] }, DIRECT)
    tx.create('camera', 'c1', { productionId: 'p1', name: 'One' }, DIRECT)
    tx.grant('ana', 'production', 'p1')
  })
  const [device] = clients
  if (!device) throw new Error('There is no device.')
  const joined = device.client.join('production', 'p1')
  await clock.advance(500)
  return { server, clock, ...device, joined }
}

test('an array of bigints changes, is compared, sorted by and added to as any other value', async () => {
  const { server, clock, client, joined } = await setUp()
  const equal = client.query.production.where({ numbers: { eq: [1n, 30n] } })
  const sorted = client.query.production.orderBy('numbers')
  const before = client.record('production', 'p1').current

  client.mutate.production.update('p1', { numbers: [1n, 20n] })
  const shown = client.record('production', 'p1').current
  server.write((tx) => tx.update('production', 'p1', { numbers: ['1', '30'] }, DIRECT))
  client.mutate.production.update('p1', { badges: { $add: [8n], $remove: [7n] } })
  const added = client.record('production', 'p1').current?.badges
  server.write((tx) => tx.update('camera', 'c1', { name: 'Two' }, DIRECT))
  await clock.advance(1_000)

  expect(shown).toBe(before)
  expect(added).toEqual([8n])
  expect(joined.problem).toBeUndefined()
  expect(client.record('production', 'p1').current).toMatchObject({ badges: [8n] })
  expect(client.record('camera', 'c1').current?.name).toBe('Two')
  expect(sorted.current).toHaveLength(1)
  server.write((tx) => tx.update('production', 'p1', { numbers: ['1', '30'] }, DIRECT))
  await clock.advance(1_000)
  expect(equal.current).toHaveLength(1)
})

const WAS = text().default('')
const OLDER = counted(WAS)
// What it is now is judged when it runs.
const NEWER = counted(bigint({ as: 'bigint' }).default(0n).onConflict('counter') as unknown as typeof WAS)

function counted(total: typeof WAS) {
  return defineSchema({
    models: { production: model('productions', { name: text(), total }) },
    rooms: { production: room({}) },
  })
}

test.each([
  ['an older app wrote', 'plenty'],
  ['somebody damaged', { $inc: 'x' }],
])(
  'W3: a stored write that %s, and that its field does not take, is not shown, and the server says why',
  async (_, total) => {
    const { server, clock, clients } = simulate({ schema: NEWER, seed: 1, users: ['ana'] })
    server.write((tx) => {
      tx.create('production', 'p1', { name: 'Opera', total: '1' }, DIRECT)
      tx.grant('ana', 'production', 'p1')
    })
    const { WebSocket, fetch, connected } = (clients[0] as { wire: TestWire }).wire
    const storage = memory()
    const open = (of: typeof OLDER) =>
      createClient({
        schema: of,
        url: 'http://server/sync',
        user: 'ana',
        token: 'ana',
        storage,
        clock,
        WebSocket,
        fetch,
      })
    connected(false)
    const older = open(OLDER)
    await older.mutate.production.update('p1', { total: 'plenty' }).stored
    await older.mutate.production.update('p1', { name: 'Ballet' }).stored
    older.close()
    const kept = (await storage.open('ana', OLDER)).device?.outbox.ops[0]
    Object.assign(kept?.fields ?? {}, { total })

    const newer = open(NEWER)
    newer.join('production', 'p1')
    await clock.advance(500)
    const shown = newer.query.production.current
    connected(true)
    await clock.advance(40_000)

    expect(shown).toEqual([])
    expect(newer.query.production.current).toEqual([{ id: 'p1', name: 'Ballet', total: 1n }])
    expect(newer.parked.current).toMatchObject([
      { op: { fields: { total } }, reason: { code: 'invalid_value' } },
    ])
    newer.close()
  },
)

test('L2: of a record in two joined channels, each change is told once, and as one of both channels', async () => {
  const { server, clock, client } = await setUp()
  client.join('production', 'mine')
  await clock.advance(500)
  const told: string[] = []
  const channels: string[] = []
  client.onOp(({ action, version }) => told.push(`${action} ${version}`))
  for (const verb of ['created', 'updated', 'deleted'] as const)
    client.on(`production:${verb}`, ({ type }) => told.push(type))
  client.on('data:changed', ({ channel, entities }) => channels.push(`${channel} ${entities.length}`))

  server.write((tx) => tx.update('production', 'p1', { name: 'Ballet' }, DIRECT))
  await clock.advance(500)
  server.write((tx) => tx.update('production', 'p1', { name: 'Concert' }, DIRECT))
  await clock.advance(500)

  expect(told.sort()).toEqual(['production:updated', 'production:updated', 'update 2', 'update 3'])
  expect(channels.sort()).toEqual([
    'Production:mine 1',
    'Production:mine 1',
    'Production:p1 1',
    'Production:p1 1',
  ])
})

test.each(['apart', 'in a transaction'])(
  'K1: a record that is deleted and created again, %s, is there all the time',
  async (way) => {
    const { clock, client } = await setUp()
    const seen: string[] = []
    const cameras = client.query.camera
    cameras.subscribe(() => seen.push(cameras.current.map(({ name }) => name).join() || 'nothing'))
    const again = { id: 'c1', productionId: 'p1', name: 'Again' }

    if (way === 'apart') {
      client.mutate.camera.delete('c1')
      client.mutate.camera.create(again)
    } else {
      client.transaction((tx) => {
        tx.camera.delete('c1')
        tx.camera.create(again)
      })
    }
    await clock.advance(2_000)

    expect(client.status.current.pending).toBe(0)
    expect(seen).toEqual(way === 'apart' ? ['nothing', 'Again'] : ['Again'])
  },
)

test('a production that was begun without a network is open at once, with all that it has', async () => {
  const { clock, client, wire } = await setUp()
  wire.connected(false)
  await clock.advance(500)

  const { id } = client.mutate.production.create({ name: 'New' })
  const begun = client.join('production', id)

  expect(begun.status.current).toBe('catching-up')
  wire.connected(true)
  await clock.advance(40_000)
  expect(begun.status.current).toBe('live')
})

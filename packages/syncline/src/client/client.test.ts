import { expect, test } from 'vitest'
import { modelServer } from '../testing/model-server/model-server.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { testClock } from '../testing/test-clock.ts'
import { testWire } from '../testing/test-wire.ts'
import { defineSchema, integer, model, reference, room, text } from '../schema/index.ts'
import { createClient } from './client.ts'

const schema = defineSchema({
  models: {
    production: model('productions', { name: text() }),
    camera: model('cameras', {
      productionId: reference('production'),
      name: text(),
      zoom: integer().onConflict('counter'),
    }),
  },
  rooms: { production: room({ camera: 'productionId' }) },
})

function setUp(user = 'ana') {
  const clock = testClock()
  const random = seededRandom(1)
  const server = modelServer({ schema, clock, random })
  server.write((tx) => {
    tx.create('production', 'p1', { name: 'Opera' }, { user: null })
    tx.create('camera', 'c1', { productionId: 'p1', name: 'One', zoom: 2 }, { user: null })
    tx.grant('ana', 'production', 'p1')
    tx.grant('ben', 'production', 'p1')
  })
  const connect = (name: string) => {
    const wire = testWire(server, { clock, random })
    const client = createClient({
      schema,
      url: 'http://server/sync',
      token: name,
      WebSocket: wire.WebSocket,
      fetch: wire.fetch,
      clock,
      random,
    })
    return { client, wire }
  }
  return { clock, server, connect, ...connect(user) }
}

test('a joined room is read, written and followed', async () => {
  const { clock, client, connect } = setUp()
  const ben = connect('ben').client
  client.join('production', 'p1')
  ben.join('production', 'p1')
  await clock.advance(200)
  const cameras = client.query.camera.where({ productionId: 'p1' }).orderBy('name')

  const write = ben.mutate.camera.update('c1', { name: 'Uno', zoom: { $inc: 3 } })
  expect(ben.query.camera.first()).toEqual({ id: 'c1', productionId: 'p1', name: 'Uno', zoom: 5 })
  await clock.advance(200)

  expect(cameras.current).toEqual([{ id: 'c1', productionId: 'p1', name: 'Uno', zoom: 5 }])
  expect(ben.query.camera.current).toEqual(cameras.current)
  expect(client.status.current.status).toBe('realtime')
  expect(ben.status.current.pending).toBe(0)
  await write.confirmed
})

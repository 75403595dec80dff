import { afterEach, expect, test, vi } from 'vitest'
import type { Changes } from '../../protocol/messages/changes.ts'
import type { Rows } from '../../protocol/messages/rows.ts'
import { defineSchema, model, reference, room, text } from '../../schema/index.ts'
import { systemClock } from '../clock.ts'
import { createDeferred } from '../deferred.ts'
import { createQuery } from '../query/query.ts'
import { Store } from '../store/store.ts'
import { Rooms } from './rooms.ts'

const schema = defineSchema({
  models: {
    production: model('productions', { name: text() }),
    camera: model('cameras', { productionId: reference('production'), name: text() }),
  },
  rooms: { production: room({ camera: 'productionId' }) },
})

const channel = 'Production:p1'
const columns = ['id', 'version', 'fieldVersions', 'productionId', 'name']
const chunk = (id: string, name: string, more: boolean): Rows => ({
  type: 'rows',
  channel,
  model: 'camera',
  columns,
  rows: [[id, 2, null, 'p1', name]],
  more,
  ...(!more && { cursor: 'k2' }),
})
const renamed = (name: string, version: number): Changes => {
  const author = { actor: null, source: 'app', at: '2026-01-01T00:00:00Z' }
  const change = {
    model: 'camera',
    id: 'c1',
    action: 'update' as const,
    version,
    fields: { name },
    ...author,
  }
  return { type: 'changes', channel, cursor: `k${version}`, changes: [change] }
}

afterEach(() => {
  vi.restoreAllMocks()
})

/** A room whose cached rows are being read, and that has been asked for; its work ends a slice after each message. */
function readingRoom() {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 5))
  const store = new Store()
  const gate = createDeferred<void>()
  const answered = vi.fn()
  const cached = {
    model: 'camera',
    version: 1,
    fieldVersions: {},
    fields: { id: 'c1', productionId: 'p1', name: 'Cached' },
  }
  const rooms = new Rooms({
    schema,
    store,
    clock: systemClock,
    loadRoom: () => ({
      cursor: 'k1',
      schema: schema.hash,
      async read(take) {
        await gate.promise
        take([cached])
      },
    }),
    save() {},
    isWithheld: () => false,
    onTold() {},
    onApplied() {},
    onAnswered: answered,
    onAskedInVain() {},
    onChanged() {},
  })
  const seen: string[] = []
  const query = createQuery(schema, 'camera', store)
  query.subscribe(() => seen.push(query.current.map(({ name }) => name).join()))
  rooms.open()
  rooms.hold(channel)
  rooms.begin(() => {})
  return { rooms, store, gate, answered, seen }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('L2, K1: what came while cached rows were read is taken in slices, and what comes meanwhile after it', async () => {
  const { rooms, gate, answered, seen } = readingRoom()
  const early = [chunk('c1', 'Fresh', true), chunk('c2', 'Other', false)]
  for (const message of early) rooms.receive(message)
  rooms.receive({ type: 'joined', channel, want: 'rows', cursor: 'k2', presence: [] })
  rooms.receive(renamed('Third', 3))

  gate.resolve()
  while (seen.length === 0) await turn()
  rooms.receive(renamed('Fourth', 4))
  const during = { seen: [...seen], awaited: rooms.awaited(), answers: answered.mock.calls.length }
  while (rooms.awaited().length > 0) await turn()

  expect(during).toEqual({ seen: ['Cached', 'Fresh,Other'], awaited: [channel], answers: 0 })
  expect(seen).toEqual(['Cached', 'Fresh,Other', 'Third,Other', 'Fourth,Other'])
  expect(answered).toHaveBeenCalledWith(channel)
})

test('L2: a fresh cursor is not for a room whose answers still wait: after a lost connection they are asked for again', async () => {
  const { rooms, gate, seen } = readingRoom()
  for (const message of [chunk('c1', 'Fresh', true), chunk('c2', 'Other', false)]) rooms.receive(message)
  rooms.receive({ type: 'joined', channel, want: 'rows', cursor: 'k2', presence: [] })
  rooms.receive(renamed('Third', 3))
  rooms.receive(renamed('Fourth', 4))

  gate.resolve()
  while (!seen.includes('Third,Other')) await turn()
  const waiting = rooms.awaited()
  rooms.onPong('k9')
  rooms.end()
  const asked: unknown[] = []
  rooms.begin((message) => asked.push(message))

  expect(waiting).toEqual([channel])
  expect(asked).toEqual([{ type: 'join', channel, cursor: 'k3' }])
})

test('A2: what waits to be taken is not shown to whoever has signed out', async () => {
  const { rooms, store, gate, seen } = readingRoom()
  for (const message of [chunk('c1', 'Fresh', true), chunk('c2', 'Other', false)]) rooms.receive(message)

  rooms.clear()
  gate.resolve()
  for (let turns = 0; turns < 5; turns++) await turn()

  expect(seen.filter((names) => names !== '')).toEqual([])
  expect(store.members(channel)).toEqual([])
})

test('A2: a right that is lost meanwhile drops what waits, and nothing of it is shown later', async () => {
  const { rooms, store, gate, seen } = readingRoom()
  rooms.receive(chunk('c1', 'Fresh', true))
  rooms.receive(chunk('c2', 'Other', false))
  rooms.receive(renamed('Third', 3))

  gate.resolve()
  while (seen.length === 0) await turn()
  rooms.receive({ type: 'gone', channel, reason: 'forbidden' })
  for (let turns = 0; turns < 5; turns++) await turn()

  expect(seen).toEqual(['Cached', 'Fresh,Other', ''])
  expect(store.members(channel)).toEqual([])
  expect(rooms.awaited()).toEqual([])
})

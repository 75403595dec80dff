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

function host(store: Store) {
  const nothing = () => {}
  const told = { onTold: nothing, onApplied: nothing, onAnswered: nothing, onAskedInVain: nothing }
  return { schema, store, clock: systemClock, isWithheld: () => false, onChanged: nothing, ...told }
}

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
    ...host(store),
    loadRoom: () => ({
      cursor: 'k1',
      schema: schema.hash,
      async read(take) {
        await gate.promise
        take([cached])
      },
    }),
    save() {},
    onAnswered: answered,
  })
  const seen: string[] = []
  const query = createQuery(schema, 'camera', store)
  query.subscribe(() => seen.push(query.current.map(({ name }) => name).join()))
  rooms.open()
  const room = rooms.hold(channel)
  rooms.begin(() => {}, answered)
  return { room, rooms, store, gate, answered, seen }
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
  rooms.begin(
    (message) => asked.push(message),
    () => {},
  )

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

test('L4: a message that comes when the last that waited has just been taken is not lost', async () => {
  const { rooms, store, gate } = readingRoom()
  vi.mocked(performance.now).mockReturnValue(0)
  rooms.receive({ type: 'joined', channel, want: 'rows', cursor: 'k2', presence: [] })
  rooms.receive(renamed('Third', 3))
  const stop = store.record('camera', 'c1').subscribe(() => {
    if (store.rows('camera').get('c1')?.['name'] !== 'Third') return
    stop()
    queueMicrotask(() => rooms.receive(renamed('Fourth', 4)))
  })

  gate.resolve()
  await turn()

  expect(store.rows('camera').get('c1')?.['name']).toBe('Fourth')
  expect(rooms.awaited()).toEqual([])
})

test('L4: after a message that cannot be taken the room says so and takes no more, until it is joined anew from before', async () => {
  const { rooms, store, gate, room } = readingRoom()
  const reported = vi.spyOn(console, 'error').mockImplementation(() => {})
  rooms.receive({ type: 'changes', channel, cursor: 'k2', changes: [null as never] })
  rooms.receive({ type: 'joined', channel, want: 'rows', cursor: 'k2', presence: [] })

  gate.resolve()
  for (let turns = 0; turns < 9; turns++) await turn()
  rooms.receive(renamed('Third', 3))
  const failed = room.source.current
  rooms.end()
  const asked: unknown[] = []
  rooms.begin(
    (message) => void asked.push(message),
    () => {},
  )

  expect(failed).toMatchObject({ status: 'error', cursor: 'k1', problem: { code: 'invalid_message' } })
  expect(store.rows('camera').get('c1')?.['name']).toBe('Cached')
  expect(reported).toHaveBeenCalledOnce()
  expect(asked).toEqual([{ type: 'join', channel, cursor: 'k1' }])
  expect(rooms.awaited()).toEqual([channel])
})

test('L4: over HTTP a room that could not take a message, or was refused, is asked for again from before', () => {
  const store = new Store()
  const rooms = new Rooms({ ...host(store), loadRoom: () => undefined, save() {} })
  vi.spyOn(console, 'error').mockImplementation(() => {})
  rooms.open()
  const { source } = rooms.hold(channel)
  const asked = [rooms.askByRequest()]
  rooms.receive({ type: 'error', channel, code: 'too_many_channels', message: 'Too many.' })
  const refused = source.current.status
  asked.push(rooms.askByRequest())
  rooms.receive(chunk('c1', 'Shown', false))
  rooms.receive({ type: 'joined', channel, want: 'rows', cursor: 'k2', presence: [] })
  const joined = source.current.status
  rooms.receive({ type: 'changes', channel, cursor: 'k3', changes: [null as never] })
  const failed = source.current.status
  asked.push(rooms.askByRequest())
  rooms.receive(renamed('Third', 3))
  rooms.receive({ type: 'joined', channel, want: 'rows', cursor: 'k3', presence: [] })

  expect([refused, joined, failed, source.current.status]).toEqual(['error', 'live', 'error', 'live'])
  expect(asked).toEqual([[{ channel }], [{ channel }], [{ channel, cursor: 'k2' }]])
  expect(store.rows('camera').get('c1')?.['name']).toBe('Third')
})

test('a message of a kind that only a newer server knows changes nothing', () => {
  const { rooms, begin } = connectedRooms()
  const { source } = rooms.hold(channel)
  begin()
  rooms.receive({ type: 'joined', channel, want: 'rows', cursor: 'k2', presence: [] })
  const before = source.current
  rooms.receive({ type: 'cheer', channel } as never)

  expect(source.current).toEqual(before)
})

test('A2: a room that could not take a message still hears that its right is lost', () => {
  const store = new Store()
  const rooms = new Rooms({ ...host(store), loadRoom: () => undefined, save() {} })
  vi.spyOn(console, 'error').mockImplementation(() => {})
  rooms.open()
  const { source } = rooms.hold(channel)
  rooms.begin(
    () => {},
    () => {},
  )
  rooms.receive(chunk('c1', 'Shown', false))
  rooms.receive({ type: 'joined', channel, want: 'rows', cursor: 'k2', presence: [] })
  rooms.receive({ type: 'changes', channel, cursor: 'k3', changes: [null as never] })
  rooms.receive({ type: 'gone', channel, reason: 'forbidden' })

  expect(source.current.status).toBe('gone')
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

test('L4: what was under way of a room when it was left is not taken for the room as it is joined again', async () => {
  const store = new Store()
  const saved: unknown[] = []
  const rooms = new Rooms({
    ...host(store),
    loadRoom: () => undefined,
    save: (write) => void saved.push(write),
  })
  const sent: unknown[] = []
  const answers: (() => void)[] = []
  rooms.open()
  rooms.hold(channel)
  rooms.begin(
    (message) => sent.push(message.type),
    (then) => void answers.push(then),
  )
  rooms.receive(chunk('c1', 'Old', true))

  rooms.release(channel)
  const { source } = rooms.hold(channel)
  rooms.askAll()
  rooms.receive(chunk('c2', 'Old', false))
  rooms.receive({ type: 'joined', channel, want: 'rows', cursor: 'k2', presence: [] })
  rooms.receive(renamed('Old', 3))
  await turn()
  const before = { sent: [...sent], asked: answers.length, state: source.current, awaited: rooms.awaited() }
  answers[0]?.()
  rooms.receive(chunk('c3', 'New', false))
  rooms.receive({ type: 'joined', channel, want: 'rows', cursor: 'k5', presence: [] })

  expect(before).toMatchObject({ sent: ['join', 'leave'], asked: 1, awaited: [channel] })
  expect(before.state).toMatchObject({ status: 'joining', cursor: undefined, hasRows: false })
  expect(sent).toEqual(['join', 'leave', 'join'])
  expect(store.members(channel).map(({ fields }) => fields.id)).toEqual(['c3'])
  expect(saved).toMatchObject([{ type: 'replace', room: { cursor: 'k2' } }, { cursor: 'k5' }])
  expect(source.current.status).toBe('live')
})

/** Rooms on a connection of which every message is kept, and every ping waits. */
function connectedRooms(store = new Store()) {
  const rooms = new Rooms({ ...host(store), loadRoom: () => undefined, save() {} })
  const sent: string[] = []
  const pings: (() => void)[] = []
  const begin = () =>
    rooms.begin(
      ({ type, channel: of }) => void sent.push(`${type} ${of}`),
      (then) => {
        sent.push('ping')
        pings.push(then)
      },
    )
  rooms.open()
  return { rooms, store, sent, pings, begin }
}

test('L4: a connection that ends takes what was left on it along: the next one is asked at once', async () => {
  const { rooms, sent, begin } = connectedRooms()
  rooms.hold('a')
  begin()
  rooms.release('a')
  rooms.hold('a')
  rooms.end()
  begin()
  await turn()

  expect(sent).toEqual(['join a', 'leave a', 'join a'])
  expect(rooms.awaited()).toEqual(['a'])
})

test('L4: rooms that are left in one turn share a ping, and one that is left again waits for its own', async () => {
  const { rooms, sent, pings, begin } = connectedRooms()
  for (const name of ['a', 'b']) rooms.hold(name)
  begin()
  for (const name of ['a', 'b']) rooms.release(name)
  await turn()
  rooms.hold('c')
  rooms.release('c')
  await turn()
  rooms.hold('a')
  pings[0]?.()
  rooms.release('a')
  await turn()
  rooms.hold('a')
  pings[1]?.()
  const before = [...sent]
  pings[2]?.()

  const first = ['join a', 'join b', 'leave a', 'leave b', 'ping']
  expect(before).toEqual([...first, 'join c', 'leave c', 'ping', 'join a', 'leave a', 'ping'])
  expect(sent.slice(before.length)).toEqual(['join a'])
})

test('L4: what may have been refused for one message too many is sent again: joins, leaves and their ping', async () => {
  const { rooms, sent, pings, begin } = connectedRooms()
  for (const name of ['a', 'b', 'c']) rooms.hold(name)
  begin()
  rooms.receive({ type: 'joined', channel: 'b', want: 'rows', cursor: 'k2', presence: [] })
  rooms.release('a')
  rooms.hold('a')
  await turn()
  const before = sent.length
  rooms.sendAgain()
  await turn()
  pings[1]?.()

  expect(sent.slice(before)).toEqual(['leave a', 'join c', 'ping', 'join a'])
})

test('L4: a room that is held again by whoever hears that it is left keeps its rows', () => {
  const { rooms, store, begin } = connectedRooms()
  const cached = { model: 'camera', version: 1, fieldVersions: {}, fields: { id: 'c1', productionId: 'p1' } }
  const kept = {
    cursor: 'k1',
    schema: schema.hash,
    read: (take: (rows: unknown[]) => void) => take([cached]),
  }
  const again = new Rooms({ ...host(store), loadRoom: () => kept as never, save() {} })
  again.open()
  begin()
  const { source } = again.hold(channel)
  source.subscribe(() => {
    if (source.current.status === 'left') again.hold(channel)
  })
  again.release(channel)

  expect(store.members(channel)).toHaveLength(1)
  expect(rooms.awaited()).toEqual([])
})

test('K3: what arrives after signing out is not taken', () => {
  const { rooms, store, begin } = connectedRooms()
  rooms.hold(channel)
  begin()
  rooms.clear()
  rooms.receive(chunk('c1', 'Late', false))

  expect(store.members(channel)).toEqual([])
})

test('L5: of a part of a batch or a load nobody is told, unless it cannot be taken', () => {
  const told = vi.fn()
  const rooms = new Rooms({ ...host(new Store()), loadRoom: () => undefined, save() {}, onChanged: told })
  vi.spyOn(console, 'error').mockImplementation(() => {})
  rooms.open()
  const { source } = rooms.hold(channel)
  rooms.begin(
    () => {},
    () => {},
  )
  const tellings = (message: Parameters<Rooms['receive']>[0]) => {
    told.mockClear()
    rooms.receive(message)
    return told.mock.calls.length
  }
  const { changes } = renamed('Second', 2)

  const ofLoad = [tellings(chunk('c1', 'First', true)), tellings(chunk('c2', 'Other', false))]
  const ofBatch = [tellings({ type: 'changes', channel, changes, more: true }), tellings(renamed('Third', 3))]
  const ofFault = tellings({ ...chunk('c1', 'First', true), rows: [null as never] })

  expect([ofLoad, ofBatch, ofFault]).toEqual([[0, 1], [0, 1], 1])
  expect(source.current.status).toBe('error')
})

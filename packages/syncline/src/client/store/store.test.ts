import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StagedRoom } from './staged-room.ts'
import type { OverlayOp } from './entry.ts'
import { Store } from './store.ts'
import type { StoreChange, StoreRecord } from './store-record.ts'

const change = (
  action: StoreChange['action'],
  version: number,
  fields: object = {},
  id = 'c1',
): StoreChange => ({
  model: 'camera',
  id,
  action,
  version,
  fields: { ...fields },
})

const record = (id: string, version: number, name: string): StoreRecord => ({
  model: 'camera',
  version,
  fields: { id, name },
  fieldVersions: version === 1 ? {} : { name: version },
})

function apply(store: Store, channel: string, ...changes: StoreChange[]): void {
  store.transact(() => {
    for (const each of changes) store.apply(channel, each)
  })
}

function load(store: Store, channel: string, records: StoreRecord[], isFresh: () => boolean): void {
  const staged = new StagedRoom()
  store.stage(channel, staged, records)
  store.transact(() => store.replaceRoom(channel, staged, isFresh))
}

const op = (action: OverlayOp['action'], at: string, fields = {}): OverlayOp => ({
  model: 'camera',
  id: 'c1',
  action,
  fields,
  at,
  n: 1,
})

const names = (store: Store) => [...store.rows('camera').values()].map(({ name }) => name)
const stale = () => false
const fresh = () => true

test('a record goes when the last room that holds it lets go', () => {
  const store = new Store()
  apply(store, 'A:1', change('create', 1, { name: 'One' }))
  apply(store, 'B:1', change('enter', 1, { name: 'One' }))

  apply(store, 'A:1', change('leave', 1))
  expect(names(store)).toEqual(['One'])
  apply(store, 'B:1', change('leave', 1))

  expect(names(store)).toEqual([])
})

test('a leave does not undo an entry at a higher version', () => {
  const store = new Store()
  apply(store, 'A:1', change('enter', 5, { name: 'Back' }))

  apply(store, 'A:1', change('leave', 4))

  expect(names(store)).toEqual(['Back'])
})

test('a deleted record is not brought back by a room that has not heard of it yet', () => {
  const store = new Store()
  apply(store, 'A:1', change('create', 1, { name: 'One' }))
  apply(store, 'B:1', change('enter', 1, { name: 'One' }))

  apply(store, 'A:1', change('delete', 3))
  expect(names(store)).toEqual([])
  apply(store, 'B:1', change('update', 2, { name: 'Late' }))
  expect(names(store)).toEqual([])
  apply(store, 'B:1', change('delete', 3))
  apply(store, 'A:1', change('create', 4, { name: 'New life' }))

  expect(names(store)).toEqual(['New life'])
})

test('M1: rooms that tell of the same changes in different order end the same', () => {
  const changes = [
    change('update', 2, { name: 'B' }),
    change('update', 3, { zoom: 7 }),
    change('update', 4, { name: 'D' }),
  ]
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }), (order) => {
      const store = new Store()
      apply(store, 'A:1', change('create', 1, { name: 'A', zoom: 1 }))
      apply(store, 'B:1', change('enter', 1, { name: 'A', zoom: 1 }))
      for (const at of order) apply(store, at % 2 ? 'A:1' : 'B:1', changes[Math.floor(at / 2)] as StoreChange)

      expect(store.rows('camera').get('c1')).toEqual({ id: 'c1', name: 'D', zoom: 7 })
    }),
  )
})

test('M4: a change that wins nothing leaves the same row', () => {
  const store = new Store()
  apply(store, 'A:1', change('create', 1, { name: 'A' }), change('update', 5, { name: 'B' }))
  const row = store.rows('camera').get('c1')

  apply(store, 'A:1', change('update', 5, { name: 'B' }), change('update', 4, { name: 'Old' }))

  expect(store.rows('camera').get('c1')).toBe(row)
})

test('a load replaces the room in one transaction, and rows that are the same stay the same objects', () => {
  const store = new Store()
  load(store, 'A:1', [record('c1', 1, 'One'), record('c2', 1, 'Two')], stale)
  const one = store.rows('camera').get('c1')
  let heard = 0
  store.record('camera', 'c2').subscribe(() => heard++)

  load(store, 'A:1', [record('c1', 1, 'One'), record('c3', 1, 'Three')], stale)

  expect(names(store)).toEqual(['One', 'Three'])
  expect(store.rows('camera').get('c1')).toBe(one)
  expect(heard).toBe(1)
})

test('L5: nothing of a load is seen before all of it, and nothing remains of one that is given up', () => {
  const store = new Store()
  apply(store, 'B:1', change('enter', 1, { name: 'One' }))
  const [staged, abandoned] = [new StagedRoom(), new StagedRoom()]
  const all = [record('c1', 2, 'Two'), record('c2', 1, 'Other')]

  store.stage('A:1', staged, all)
  store.stage('A:1', abandoned, all)
  const during = [names(store), store.revision('camera')]
  store.unstage(abandoned)
  apply(store, 'B:1', change('leave', 1))
  const left = names(store)
  store.transact(() => store.replaceRoom('A:1', staged, stale))
  const whole = names(store)
  store.transact(() => store.purgeRoom('A:1'))

  expect(during).toEqual([['One'], 1])
  expect(left).toEqual([])
  expect(whole).toEqual(['Two', 'Other'])
  expect(names(store)).toEqual([])
})

test('a load of another history replaces, a load behind a live room merges', () => {
  const store = new Store()
  apply(store, 'A:1', change('create', 1, { name: 'One' }), change('update', 9, { name: 'Nine' }))
  apply(store, 'B:1', change('enter', 1, { name: 'One' }))

  load(store, 'B:1', [record('c1', 4, 'Four')], fresh)
  expect(names(store)).toEqual(['Nine'])
  load(store, 'B:1', [record('c1', 4, 'Four')], stale)

  expect(names(store)).toEqual(['Four'])
})

test('ops are shown over whatever the base becomes, and leave without a trace', () => {
  const store = new Store()
  const create = op('create', '1', { name: 'Mine', zoom: 1 })
  const update = { ...op('update', '2'), operators: { zoom: { $inc: 2 } } }
  store.transact(() => {
    store.addOp(create)
    store.addOp(update)
  })
  expect(store.rows('camera').get('c1')).toEqual({ id: 'c1', name: 'Mine', zoom: 3 })

  apply(store, 'A:1', change('create', 1, { name: 'Mine', zoom: 1 }), change('update', 2, { name: 'Theirs' }))
  expect(store.rows('camera').get('c1')).toEqual({ id: 'c1', name: 'Theirs', zoom: 3 })
  store.transact(() => store.dropOps(new Set([create, update])))

  expect(store.rows('camera').get('c1')).toEqual({ id: 'c1', name: 'Theirs', zoom: 1 })
})

test('ops are shown in the order in which they were written, whichever was added first', () => {
  const store = new Store()
  apply(store, 'A:1', change('create', 1, { name: 'Base', zoom: 1 }))
  const add = (...ops: OverlayOp[]) => store.transact(() => ops.forEach((each) => store.addOp(each)))
  const seen = () => store.rows('camera').get('c1')

  add(op('update', '2', { name: 'Second' }), op('update', '4', { zoom: 4 }))
  add(op('update', '1', { name: 'First', zoom: 9 }), op('update', '3', { zoom: 3 }))
  const shown = seen()
  add(op('update', '4', { zoom: 5 }))

  expect(shown).toEqual({ id: 'c1', name: 'Second', zoom: 4 })
  expect(seen()).toEqual({ id: 'c1', name: 'Second', zoom: 5 })
})

test('a change outside a transaction is refused', () => {
  expect(() => new Store().apply('A:1', change('create', 1))).toThrow(TypeError)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createQuery } from '../query/query.ts'
import { defineSchema, integer, model, text } from '../../schema/index.ts'
import { StagedRoom } from './staged-room.ts'
import { Store } from './store.ts'
import type { StoreRecord } from './store-record.ts'

const schema = defineSchema({ models: { camera: model('cameras', { name: text(), zoom: integer() }) } })

const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const rooms = fc.constantFrom('A:1', 'B:1')
const versions = fc.integer({ min: 1, max: 9 })
const words = fc.constantFrom('One', 'Two', 'Three')

const change = fc.record({
  model: fc.constant('camera'),
  id: ids,
  action: fc.oneof(
    fc.constant('update' as const),
    fc.constantFrom('create' as const, 'delete' as const, 'enter' as const, 'leave' as const),
  ),
  version: versions,
  fields: fc.oneof(fc.record({ name: words }), fc.record({ zoom: fc.constantFrom(3, 5) })),
})

const step = fc.oneof(
  fc.record({
    type: fc.constant('stage' as const),
    room: rooms,
    ids: fc.array(ids),
    version: versions,
    name: words,
  }),
  fc.record({ type: fc.constant('put' as const), room: rooms, isFresh: fc.boolean() }),
  fc.record({ type: fc.constant('load' as const), room: rooms, version: versions, name: words }),
  fc.record({ type: fc.constant('forget' as const), room: rooms }),
  fc.record({ type: fc.constant('purge' as const), room: rooms }),
  fc.record({
    type: fc.constant('batch' as const),
    room: rooms,
    changes: fc.array(change, { minLength: 1, maxLength: 6 }),
    isWrittenOver: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('op' as const),
    id: ids,
    action: fc.constantFrom('create' as const, 'update' as const, 'delete' as const),
    name: words,
  }),
  fc.record({ type: fc.constant('settle' as const) }),
)

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

const recordOf = (id: string, version: number, name: string): StoreRecord => ({
  model: 'camera',
  version,
  fields: { id, name, zoom: name.length },
  fieldVersions: { name: version, zoom: version },
})

const shown = ({ version, fields, fieldVersions, enteredAt = version }: StoreRecord) => ({
  ...fields,
  version,
  fieldVersions,
  enteredAt,
})

/** A store, what is staged in it, and everything that a page could see of it. */
class Watched {
  readonly store: Store
  readonly #staged = new Map<string, StagedRoom>()
  readonly #ops = new Set<Parameters<Store['addOp']>[0]>()
  readonly #queries
  heard = 0

  constructor(few: number) {
    this.store = new Store(few)
    const camera = createQuery(schema, 'camera', this.store)
    this.#queries = [camera, camera.orderBy('name').limit(2), camera.where({ name: 'Two' }).orderBy('zoom')]
    for (const query of this.#queries) query.subscribe(() => {})
    this.store.record('camera', 'b').subscribe(() => this.heard++)
  }

  take(step: Step): void {
    const { store } = this
    if (step.type === 'stage') {
      const staged = this.#staged.get(step.room) ?? new StagedRoom()
      this.#staged.set(step.room, staged)
      store.stage(
        step.room,
        staged,
        step.ids.map((id) => recordOf(id, step.version, step.name)),
      )
    } else if (step.type === 'put') {
      const staged = this.#taken(step.room) ?? new StagedRoom()
      store.transact(() => store.replaceRoom(step.room, staged, () => step.isFresh))
    } else if (step.type === 'load') {
      const { room, version, name } = step
      this.take({
        type: 'stage',
        room,
        ids: room === 'A:1' ? ['a', 'b', 'c'] : ['d', 'e', 'f'],
        version,
        name,
      })
      this.take({ type: 'put', room, isFresh: true })
    } else if (step.type === 'forget') {
      const staged = this.#taken(step.room)
      if (staged) store.unstage(staged)
    } else if (step.type === 'purge') {
      this.take({ type: 'forget', room: step.room })
      store.transact(() => store.purgeRoom(step.room))
    } else if (step.type === 'batch') {
      const kept = this.#members(step.room)
      const { put, remove } = store.transact(() => {
        for (const each of step.changes) store.apply(step.room, each)
        // What was updated without an entry gets one in the same transaction.
        if (step.isWrittenOver) this.#write({ id: step.changes[0]?.id ?? '', action: 'update', name: 'Four' })
        return store.written(step.room)
      })
      for (const { id } of remove) kept.delete(id)
      for (const record of put) kept.set(record.fields.id, shown(record))
      // L2: the device's storage then holds what the room does.
      expect(kept).toEqual(this.#members(step.room))
      expect(put.map(({ seen }) => seen).filter(Boolean)).toEqual([])
    } else if (step.type === 'op') store.transact(() => this.#write(step))
    else {
      store.transact(() => store.dropOps(this.#ops))
      this.#ops.clear()
    }
  }

  #write({ id, action, name }: { id: string; action: 'create' | 'update' | 'delete'; name: string }): void {
    const op = { model: 'camera', id, action, fields: { name }, at: '', n: 1 }
    this.#ops.add(op)
    this.store.addOp(op)
  }

  #taken(room: string): StagedRoom | undefined {
    const staged = this.#staged.get(room)
    this.#staged.delete(room)
    return staged
  }

  seen() {
    const { store } = this
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
    return {
      rows: [...store.rows('camera').values()].sort(byId),
      byId: ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => store.rows('camera').get(id)),
      bases: ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => store.base('camera', id)?.version),
      linked: ['One', 'Two', 'Three'].map((name) => [...store.linked('camera', 'name', name)].sort(byId)),
      members: ['A:1', 'B:1'].map((room) => this.#members(room)),
      queries: this.#queries.map(({ current }) => current),
      heard: this.heard,
    }
  }

  #members(room: string): Map<string, unknown> {
    return new Map(this.store.members(room).map((record) => [record.fields.id, shown(record)]))
  }
}

test('L2, L5, M1: rows of a load that have no entries are seen, changed, replaced and forgotten as those that have', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      const stores = [0, 2, 100].map((few) => new Watched(few))
      for (const each of steps) {
        for (const store of stores) store.take(each)
        const [none, some, all] = stores.map((store) => store.seen())

        expect(none).toEqual(all)
        expect(some).toEqual(all)
      }
    }),
    { numRuns: 500 },
  )
})

test('M4: a row keeps its identity when its record gets an entry, and when a load brings it again', () => {
  const store = new Store(0)
  const load = (records: StoreRecord[]) => {
    const staged = new StagedRoom()
    store.stage('A:1', staged, records)
    store.transact(() => store.replaceRoom('A:1', staged, () => false))
  }
  load([recordOf('a', 1, 'One'), recordOf('b', 1, 'Two')])
  const row = store.rows('camera').get('a')

  store.transact(() => store.addOp({ model: 'camera', id: 'a', action: 'update', fields: {}, at: '', n: 1 }))
  const withEntry = store.rows('camera').get('a')
  load([recordOf('a', 1, 'One'), recordOf('b', 1, 'Two')])
  const again = store.rows('camera').get('a')
  load([recordOf('b', 2, 'Two'), recordOf('a', 2, 'One')])

  expect([withEntry, again, store.rows('camera').get('a')].map((each) => each === row)).toEqual([
    true,
    true,
    true,
  ])
})

test('L5: a large load is told to live queries once, and to a record only when it is another', () => {
  const store = new Store(0)
  const heard: string[] = []
  const query = createQuery(schema, 'camera', store)
  query.subscribe(() => heard.push(`query ${query.current.length}`))
  store.record('camera', 'a').subscribe(() => heard.push('a'))
  const load = (...records: StoreRecord[]) => {
    const staged = new StagedRoom()
    for (const record of records) store.stage('A:1', staged, [record])
    store.transact(() => store.replaceRoom('A:1', staged, () => false))
  }

  load(recordOf('a', 1, 'One'), recordOf('b', 1, 'Two'))
  load(recordOf('a', 1, 'One'), recordOf('b', 1, 'Three'))

  expect(heard).toEqual(['query 2', 'a', 'query 2'])
})

test('ids in any order are found, and one that comes twice is there once', () => {
  const ids = fc.stringMatching(/^[0-9]{1,3}$/)
  fc.assert(
    fc.property(fc.array(fc.array(ids)), ids, (parts, absent) => {
      const store = new Store(0)
      const staged = new StagedRoom()
      const first = new Map<string, number>()
      let version = 0
      for (const part of parts) {
        const records = part.map((id) => recordOf(id, ++version, 'One'))
        for (const { fields, version } of records) {
          if (!first.has(fields.id)) first.set(fields.id, version)
        }
        store.stage('A:1', staged, records)
      }

      store.transact(() => store.replaceRoom('A:1', staged, () => false))

      const shown = [...store.rows('camera').values()].map(({ id }) => id)
      expect(shown.sort()).toEqual([...first.keys()].sort())
      for (const [id, version] of first) expect(store.base('camera', id)?.version).toBe(version)
      expect(store.base('camera', absent)?.version).toBe(first.get(absent))
    }),
  )
})

test.each([
  ['rise as numbers do', (at: number) => String(at + 1)],
  ['rise as text does', (at: number) => `camera-${String(at + 1).padStart(6, '0')}`],
  [
    'rise but for some',
    (at: number) => String(at % 50 === 7 ? 100_000 - at : at % 50 === 9 ? at - 8 : at + 1),
  ],
])('a row of a load is found, changed and gone where ids %s', (_, idAt) => {
  const store = new Store(0)
  const staged = new StagedRoom()
  const ids = new Set(Array.from({ length: 1_000 }, (_, at) => idAt(at)))
  const records = [...ids].map((id) => recordOf(id, 1, 'One'))
  store.stage('A:1', staged, records.slice(0, 400))
  store.stage('A:1', staged, records.slice(400))
  store.transact(() => store.replaceRoom('A:1', staged, () => false))

  for (const id of ids) expect(store.rows('camera').get(id)?.id).toBe(id)
  const [changed = '', gone = ''] = [...ids].slice(505)
  store.transact(() => {
    store.apply('A:1', {
      model: 'camera',
      id: changed,
      action: 'update',
      version: 2,
      fields: { name: 'Two' },
    })
    store.apply('A:1', { model: 'camera', id: gone, action: 'delete', version: 2, fields: {} })
  })

  const shown = store.rows('camera').values()
  expect(shown).toHaveLength(ids.size - 1)
  expect(shown.filter(({ name }) => name === 'Two').map(({ id }) => id)).toEqual([changed])
  expect([store.rows('camera').get(changed)?.['name'], store.rows('camera').get(gone)]).toEqual([
    'Two',
    undefined,
  ])
})

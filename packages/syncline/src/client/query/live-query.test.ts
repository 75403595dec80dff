import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  array,
  bigint,
  decimal,
  defineSchema,
  hasMany,
  integer,
  manyToMany,
  model,
  reference,
  text,
} from '../../schema/index.ts'
import { Store } from '../store/store.ts'
import { createQuery } from './query.ts'

const schema = defineSchema({
  models: {
    production: model('productions', { name: text() }),
    camera: model('cameras', {
      productionId: reference('production'),
      name: text(),
      zoom: integer().nullable(),
      price: decimal().default('0'),
      count: bigint({ as: 'bigint' }).default(0n),
      tags: array(text()).default([]),
    }),
    lens: model('lenses', { name: text() }),
    fitting: model('fittings', { cameraId: reference('camera'), lensId: reference('lens') }),
  },
  relations: {
    production: { cameras: hasMany('camera') },
    camera: { lenses: manyToMany('lens', { through: 'fitting' }) },
  },
})

interface Written {
  readonly id: string
  readonly [field: string]: unknown
}

function put(store: Store, name: string, ...rows: Written[]): void {
  store.transact(() => {
    for (const { id, ...fields } of rows) {
      const version = (store.base(name, id)?.version ?? 0) + 1
      const action = version === 1 ? 'create' : 'update'
      store.apply('Room:1', { model: name, id, action, version, fields })
    }
  })
}

function remove(store: Store, name: string, ...ids: string[]): void {
  store.transact(() => {
    for (const id of ids)
      store.apply('Room:1', { model: name, id, action: 'delete', version: 1_000_000, fields: {} })
  })
}

const camera = (id: string, name: string, zoom: number | null = 1, productionId = 'p1') => ({
  id,
  name,
  zoom,
  productionId,
})
const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name)

test('filters by equality, comparison and `in`, sorts and limits', () => {
  const store = new Store()
  put(
    store,
    'camera',
    camera('a', 'Wide', 2),
    camera('b', 'Tele', 9),
    camera('c', 'Crane', 5),
    camera('d', 'Far', 5, 'p2'),
  )
  const cameras = createQuery(schema, 'camera', store)

  expect(
    names(cameras.where({ productionId: 'p1', zoom: { gt: 2, lte: 9 } }).orderBy('name').current),
  ).toEqual(['Crane', 'Tele'])
  expect(names(cameras.where({ name: { in: ['Far', 'Wide'] } }).orderBy('zoom', 'desc').current)).toEqual([
    'Far',
    'Wide',
  ])
  expect(
    names(
      cameras
        .where({ zoom: { ne: 5 } })
        .orderBy('name')
        .limit(1).current,
    ),
  ).toEqual(['Tele'])
  expect(cameras.where({ zoom: 9 }).first()?.id).toBe('b')
  expect(cameras.where({ zoom: 10 }).first()).toBeUndefined()
})

test('null equals null, compares to nothing, and comes last upwards', () => {
  const store = new Store()
  put(store, 'camera', camera('a', 'A', null), camera('b', 'B', 1))
  const cameras = createQuery(schema, 'camera', store)

  expect(names(cameras.where({ zoom: null }).current)).toEqual(['A'])
  expect(names(cameras.where({ zoom: { lt: 5 } }).current)).toEqual(['B'])
  expect(names(cameras.where({ zoom: { ne: 1 } }).current)).toEqual(['A'])
  expect(names(cameras.orderBy('zoom').current)).toEqual(['B', 'A'])
  expect(names(cameras.orderBy('zoom', 'desc').current)).toEqual(['A', 'B'])
})

test('decimals and big integers compare by value, not as text', () => {
  const store = new Store()
  const rows = [
    { ...camera('a', 'A'), price: '10.5', count: 10n },
    { ...camera('b', 'B'), price: '9.75', count: 9_007_199_254_740_993n },
    { ...camera('c', 'C'), price: '-1', count: 9_007_199_254_740_992n },
    { ...camera('d', 'D'), price: '10.50000000000000000001', count: -1n },
  ]
  put(store, 'camera', ...rows)
  const cameras = createQuery(schema, 'camera', store)

  expect(names(cameras.orderBy('price').current)).toEqual(['C', 'B', 'A', 'D'])
  expect(names(cameras.orderBy('count').current)).toEqual(['D', 'A', 'C', 'B'])
  expect(names(cameras.where({ count: { gt: 9_007_199_254_740_992n } }).current)).toEqual(['B'])
  expect(names(cameras.where({ tags: { eq: [] } }).current)).toEqual([])
})

test('a listener hears once per store transaction, and reads all of it', () => {
  const store = new Store()
  const query = createQuery(schema, 'camera', store).where({ productionId: 'p1' }).orderBy('name')
  const heard: string[][] = []
  query.subscribe(() => heard.push(names(query.current)))

  put(store, 'camera', camera('a', 'A'), camera('b', 'B'))
  put(store, 'camera', camera('c', 'C', 1, 'p2'))

  expect(heard).toEqual([['A', 'B']])
})

test('an unchanged result is the same array, and an unchanged row the same object', () => {
  const store = new Store()
  put(store, 'camera', camera('a', 'A'), camera('b', 'B'), camera('c', 'C', 1, 'p2'))
  const query = createQuery(schema, 'camera', store).where({ productionId: 'p1' }).orderBy('name')
  const idle = query.current
  expect(query.current).toBe(idle)
  const stop = query.subscribe(() => {})
  const before = query.current
  expect(before).toBe(idle)

  put(store, 'camera', camera('c', 'Other', 1, 'p2'))
  expect(query.current).toBe(before)

  put(store, 'camera', camera('b', 'Changed'))
  expect(query.current).not.toBe(before)
  expect(query.current[0]).toBe(before[0])
  const last = query.current
  stop()
  expect(query.current).toBe(last)
})

test('a change beyond the limit is not told', () => {
  const store = new Store()
  put(store, 'camera', camera('a', 'A'), camera('b', 'B'), camera('c', 'C'))
  const query = createQuery(schema, 'camera', store).orderBy('name').limit(2)
  let heard = 0
  query.subscribe(() => heard++)

  put(store, 'camera', camera('c', 'D'))
  expect(heard).toBe(0)
  remove(store, 'camera', 'a')
  expect(heard).toBe(1)
  expect(names(query.current)).toEqual(['B', 'D'])
})

test('a listener that reads the query does not keep the others from hearing', () => {
  const store = new Store()
  put(store, 'camera', camera('a', 'A'))
  const first = createQuery(schema, 'camera', store).limit(5)
  const second = createQuery(schema, 'camera', store).orderBy('name').limit(5)
  let heard = 0
  first.subscribe(() => second.current)
  second.subscribe(() => heard++)

  put(store, 'camera', camera('b', 'B'))

  expect(heard).toBe(1)
})

test('`include` follows references both ways and through a third model', () => {
  const store = new Store()
  put(store, 'production', { id: 'p1', name: 'Opera' })
  put(store, 'camera', camera('a', 'A'), camera('b', 'B'))
  put(store, 'lens', { id: 'l1', name: 'Wide' }, { id: 'l2', name: 'Tele' })
  put(store, 'fitting', { id: 'f1', cameraId: 'a', lensId: 'l2' }, { id: 'f2', cameraId: 'a', lensId: 'l1' })
  const cameras = createQuery(schema, 'camera', store).include('production', 'lenses').orderBy('name')
  const productions = createQuery(schema, 'production', store).include('cameras')
  let heard = 0
  cameras.subscribe(() => heard++)

  expect(cameras.first()?.production?.name).toBe('Opera')
  expect(names(cameras.first()?.lenses ?? [])).toEqual(['Wide', 'Tele'])
  expect(names(productions.first()?.cameras ?? [])).toEqual(['A', 'B'])

  const before = cameras.current
  put(store, 'lens', { id: 'l1', name: 'Wider' })
  expect(heard).toBe(1)
  expect(names(cameras.first()?.lenses ?? [])).toEqual(['Wider', 'Tele'])
  expect(cameras.current[1]).toBe(before[1])

  remove(store, 'fitting', 'f1')
  expect(names(cameras.first()?.lenses ?? [])).toEqual(['Wider'])
  remove(store, 'camera', 'b')
  expect(names(productions.first()?.cameras ?? [])).toEqual(['A'])
})

test('a limited query goes on when more of its rows have gone than it keeps', () => {
  const store = new Store()
  const all = Array.from({ length: 3_000 }, (_, at) => camera(`c${at}`, `n${String(at).padStart(4, '0')}`))
  put(store, 'camera', ...all)
  const query = createQuery(schema, 'camera', store).orderBy('name').limit(3)
  const heard: string[][] = []
  query.subscribe(() => heard.push(names(query.current)))

  for (let at = 0; at < 700; at++) remove(store, 'camera', `c${at}`)

  expect(heard).toHaveLength(700)
  expect(heard.at(-1)).toEqual(['n0700', 'n0701', 'n0702'])
})

test('mistakes are named: field, comparison, relation, undefined', () => {
  const cameras = createQuery(schema, 'camera', new Store())

  expect(() => cameras.where({ prodctionId: 'x' } as never).current).toThrow(
    /`prodctionId` is not part of model `camera`.*`productionId`/,
  )
  expect(() => cameras.where({ zoom: { greater: 1 } } as never).current).toThrow(
    /`greater` is not a comparison/,
  )
  expect(() => cameras.where({ zoom: undefined }).current).toThrow(/is undefined/)
  expect(() => cameras.orderBy('nme' as never)).toThrow(/`nme`.*`name`/)
  expect(() => cameras.include('lens' as never).current).toThrow(/no relation `lens`.*`lenses`/)
  expect(() => cameras.limit(-1)).toThrow(/limit is -1/)
})

test.each([
  [{ count: { gt: '1.5' } }, '`gt` of `camera.count` is "1.5"', 'bigint'],
  [{ count: { lte: 1.5 } }, '`lte` of `camera.count` is 1.5', 'bigint'],
  [{ price: { gte: '1e5' } }, '`gte` of `camera.price` is "1e5"', 'decimal'],
  [{ tags: { lt: 1n } }, '`lt` of `camera.tags` is 1', 'text[]'],
  [{ name: { in: 'Wide' } }, '`in` of `camera.name` is "Wide"', 'text'],
  [{ id: { gt: Symbol('a') } }, '`gt` of `camera.id` is a symbol', 'text'],
])('what a field cannot be compared with is named before anything is read: %o', (where, fact, kind) => {
  const cameras = createQuery(schema, 'camera', new Store())

  const read = () => cameras.where(where as never).current

  expect(read).toThrow(fact)
  expect(read).toThrow(`\`${kind}\``)
})

test('what compares with values of the field is taken although the field could not hold it', () => {
  const store = new Store()
  put(store, 'camera', { ...camera('a', 'Wide', 3), count: 2n, price: '2.50' })
  const cameras = createQuery(schema, 'camera', store)

  const where = { zoom: { gt: 2.5 }, count: { gt: 1 }, price: { lt: 'Infinity', gt: 1 } }

  expect(names(cameras.where(where as never).current)).toEqual(['Wide'])
})

test('L5: a query that cannot take a change in keeps it from nobody else, and goes on when it can again', () => {
  const store = new Store()
  put(store, 'camera', { ...camera('a', 'Wide'), count: 2n })
  const counted = createQuery(schema, 'camera', store).where({ count: { gt: 1n } })
  const sorted = createQuery(schema, 'camera', store).orderBy('count').limit(5)
  const all = createQuery(schema, 'camera', store).orderBy('name')
  const heard: string[] = []
  counted.subscribe(() => heard.push('counted'))
  sorted.subscribe(() => heard.push('sorted'))
  all.subscribe(() => heard.push(`all: ${names(all.current).join()}`))

  put(store, 'camera', { ...camera('b', 'Tele'), count: 'many' })

  expect(heard).toEqual(['counted', 'sorted', 'all: Tele,Wide'])
  expect(() => counted.current).toThrow('many')
  expect(() => sorted.current).toThrow('many')

  put(store, 'camera', { ...camera('b', 'Tele'), count: 3n })

  expect(heard.slice(3)).toEqual(['counted', 'sorted', 'all: Tele,Wide'])
  expect(names(counted.current)).toEqual(['Wide', 'Tele'])
  expect(names(sorted.current)).toEqual(['Wide', 'Tele'])
})

test('a query that fails fails at every reading, also while nobody listens', () => {
  const store = new Store()
  put(store, 'camera', { ...camera('a', 'Wide'), count: 'many' })
  const counted = createQuery(schema, 'camera', store).where({ count: { gt: 1n } })

  expect(() => counted.current).toThrow('many')
  expect(() => counted.current).toThrow('many')
  expect(() => counted.subscribe(() => {})).toThrow('many')
  expect(() => counted.current).toThrow('many')
})

test('a limited query is told of a change although a listener reads it and makes a large change before', () => {
  const store = new Store(2)
  put(store, 'camera', camera('a', 'A'), camera('b', 'B'))
  const all = createQuery(schema, 'camera', store).orderBy('name')
  const first = createQuery(schema, 'camera', store).orderBy('name').limit(1)
  const stop = all.subscribe(() => {
    stop()
    expect(names(first.current)).toEqual(['AA'])
    put(store, 'camera', camera('x', 'X'), camera('y', 'Y'), camera('z', 'Z'))
  })
  let told = names(first.current)
  first.subscribe(() => {
    told = names(first.current)
  })

  put(store, 'camera', camera('a', 'AA'))

  expect(told).toEqual(['AA'])
})

test('rows that left in a large change are let go together with what they included', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const store = new Store(2)
  const everything = () => ['a', 'b', 'c'].map((id) => camera(id, id))
  put(store, 'camera', ...everything())
  const cameras = createQuery(schema, 'camera', store).include('production')
  cameras.subscribe(() => cameras.current)
  const gone = new WeakRef(cameras.current[1] as object)

  remove(store, 'camera', 'a', 'b', 'c')
  put(store, 'camera', camera('d', 'D'))
  // What a turn has looked at through a WeakRef lives until its end.
  await new Promise((resolve) => setTimeout(resolve))
  collectGarbage()

  expect(names(cameras.current)).toEqual(['D'])
  expect(gone.deref()).toBeUndefined()
})

test('a live query always equals running it anew', () => {
  const small = fc.integer({ min: 0, max: 5 })
  const change = fc.oneof(
    {
      weight: 30,
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        id: small,
        name: small,
        zoom: fc.option(small),
        production: small,
      }),
    },
    { weight: 10, arbitrary: fc.record({ kind: fc.constant('remove' as const), id: small }) },
    {
      weight: 10,
      arbitrary: fc.record({ kind: fc.constant('production' as const), production: small, name: small }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('many' as const), from: small }) },
  )
  const transaction = fc.array(change, { minLength: 1, maxLength: 4 })
  const wheres = [
    {},
    { productionId: 'p1' },
    { zoom: { gt: 1, lte: 4 } },
    { name: { in: ['n1', 'n2', 'n3'] } },
    { zoom: null },
    { productionId: { in: ['p1', 'p2'] }, zoom: { ne: 2 } },
    { name: { notIn: ['n0'] }, zoom: { gte: 1 } },
    { id: 'c3' },
  ]
  fc.assert(
    fc.property(
      fc.array(transaction, { maxLength: 12 }),
      fc.constantFrom(...wheres),
      fc.option(small),
      fc.boolean(),
      (transactions, where, limit, isIncluding) => {
        const store = new Store()
        const written = () => {
          const query = createQuery(schema, 'camera', store)
            .where(where)
            .orderBy('zoom', 'desc')
            .orderBy('name')
          const limited = limit === null ? query : query.limit(limit)
          return isIncluding ? limited.include('production') : limited
        }
        const live = written()
        let told = live.current
        live.subscribe(() => {
          told = live.current
        })
        for (const changes of transactions) {
          store.transact(() => {
            for (const each of changes) {
              if (each.kind === 'put')
                put(store, 'camera', camera(`c${each.id}`, `n${each.name}`, each.zoom, `p${each.production}`))
              else if (each.kind === 'remove') removeNow(store, `c${each.id}`)
              else if (each.kind === 'production')
                put(store, 'production', { id: `p${each.production}`, name: `n${each.name}` })
              else
                for (let at = 0; at < 270; at++)
                  put(store, 'camera', camera(`m${at}`, `n${(at + each.from) % 6}`, at % 5))
            }
          })

          expect(live.current).toEqual(written().current)
          expect(told).toEqual(live.current)
        }
      },
    ),
    { numRuns: 200 },
  )
})

function removeNow(store: Store, id: string): void {
  const version = (store.base('camera', id)?.version ?? 0) + 1
  store.apply('Room:1', { model: 'camera', id, action: 'delete', version, fields: {} })
}

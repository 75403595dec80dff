// @vitest-environment happy-dom
import { act } from '@testing-library/react'
import { createElement as h } from 'react'
import { expect, expectTypeOf, test } from 'vitest'
import { DIRECT, hooks, Joined, probe, schema, setUp, show } from './page.ts'

const { useQuery, useRecord, useRoom } = hooks

const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name)

test('a query is pending until its room has rows to show, then follows every change', async () => {
  const { client, advance, write } = await setUp()
  const cameras = probe(() => useQuery('camera', { where: { productionId: 'p1' }, orderBy: 'name' }))
  show(client, h(Joined, null, h(cameras.Probe)))

  const before = cameras.last
  await advance()
  const loaded = cameras.last
  write((tx) => tx.update('camera', 'c1', { name: 'Uno' }, DIRECT))
  await advance()

  expect(before).toEqual({ data: [], status: 'pending', error: null, isLoading: true })
  expect(loaded).toMatchObject({ status: 'success', error: null, isLoading: false })
  expect(names(loaded.data)).toEqual(['One', 'Two'])
  expect(names(cameras.last.data)).toEqual(['Two', 'Uno'])
})

test('rows have the types of the schema, without a cast', async () => {
  const { client, advance } = await setUp()
  const productions = probe(() => useQuery('production', { include: ['cameras'] }))
  const camera = probe(() => useRecord('camera', 'c1'))
  show(client, h(Joined, null, h(productions.Probe), h(camera.Probe)))
  await advance()

  const [production] = productions.last.data

  expectTypeOf(production?.cameras).toEqualTypeOf<
    | readonly {
        readonly id: string
        readonly name: string
        readonly productionId: string
        readonly zoom: number
      }[]
    | undefined
  >()
  expectTypeOf(camera.last.data?.zoom).toEqualTypeOf<number | undefined>()
  expectTypeOf(useQuery<'camera'>)
    .parameter(1)
    .exclude(undefined)
    .toHaveProperty('where')
  expect(names(production?.cameras ?? [])).toEqual(['One', 'Two'])
})

test('a component whose data did not change does not render again', async () => {
  const { client, advance, write } = await setUp()
  const first = probe(() => useRecord('camera', 'c1'))
  const second = probe(() => useRecord('camera', 'c2'))
  const tasks = probe(() => useQuery('checklistItem', { where: { productionId: 'p1' } }))
  const close = probe(() => useQuery('camera', { where: { zoom: { gt: 1 } } }))
  show(client, h(Joined, null, h(first.Probe), h(second.Probe), h(tasks.Probe), h(close.Probe)))
  await advance()
  const counts = () => [first, second, tasks, close].map(({ seen }) => seen.length)
  const loaded = counts()

  write((tx) => {
    tx.update('camera', 'c2', { name: 'Due' }, DIRECT)
    tx.create('camera', 'c3', { productionId: 'p1', name: 'Three', zoom: 0 }, DIRECT)
    tx.update('production', 'p1', { name: 'Grand Opera' }, DIRECT)
  })
  await advance()

  expect(loaded).toEqual([2, 2, 2, 2])
  expect(counts()).toEqual([2, 3, 2, 2])
})

test('L5: the queries of a page change in one render', async () => {
  const { client, advance, write } = await setUp()
  const both = probe(() => [
    useQuery('camera', { where: { name: 'New' } }).data.length,
    useQuery('checklistItem', { where: { name: 'New' } }).data.length,
  ])
  show(client, h(Joined, null, h(both.Probe)))
  await advance()
  const loaded = both.seen.length

  write((tx) => {
    tx.create('camera', 'c3', { productionId: 'p1', name: 'New', zoom: 0 }, DIRECT)
    tx.create('checklistItem', 't3', { productionId: 'p1', name: 'New', completed: false }, DIRECT)
  })
  await advance()

  expect(both.seen.slice(loaded)).toEqual([[1, 1]])
})

test('options that mean the same are one query, in every render and component', async () => {
  const { client, advance } = await setUp()
  const written = probe(({ turn }: { turn: number }) =>
    useQuery(
      'camera',
      turn % 2 === 0
        ? { where: { productionId: 'p1', zoom: { gte: 0, lte: 9 } }, orderBy: [{ zoom: 'desc' }, 'name'] }
        : { orderBy: [{ zoom: 'desc' }, 'name'], where: { zoom: { lte: 9, gte: 0 }, productionId: 'p1' } },
    ),
  )
  const page = (turn: number) =>
    h(Joined, null, h(written.Probe, { key: 'a', turn }), h(written.Probe, { key: 'b', turn: turn + 1 }))
  const { rerender } = show(client, page(0))
  await advance()
  const { data } = written.last

  for (const turn of [1, 2, 3]) rerender(page(turn))

  expect(names(data)).toEqual(['One', 'Two'])
  expect(new Set(written.seen.slice(-6).map((result) => result.data))).toEqual(new Set([data]))
})

test('other options give other rows in the same render, never the rows of the last', async () => {
  const { client, advance } = await setUp()
  const found = probe(({ name }: { name: string }) => [
    name,
    ...names(useQuery('camera', { where: { name } }).data),
  ])
  const page = (name: string) => h(Joined, null, h(found.Probe, { name }))
  const { rerender } = show(client, page('One'))
  await advance()

  rerender(page('Two'))

  expect(found.seen.filter((names) => names.length > 1 && names[0] !== names[1])).toEqual([])
  expect(found.last).toEqual(['Two', 'Two'])
})

test('a query waits for the rooms that may hold its rows, and for no others', async () => {
  const { client, advance, wire } = await setUp()
  const tasks = probe(() => useQuery('checklistItem', { where: { productionId: 'p2' } }).status)
  const cameras = probe(() => useQuery('camera', { where: { productionId: 'p1', name: 'None' } }).status)
  const page = (...ids: string[]) => [
    ...ids.map((id) => h(Joined, { id, key: id })),
    h(tasks.Probe, { key: 'tasks' }),
    h(cameras.Probe, { key: 'cameras' }),
  ]
  const { rerender } = show(client, page('p1'))
  await advance()
  wire.silent(true)

  rerender(page('p1', 'p2'))
  await advance(10)

  expect(cameras.last).toBe('success')
  expect(tasks.last).toBe('pending')
  wire.silent(false)
  wire.cut()
  await advance(5_000)
  expect(tasks.last).toBe('success')
})

test('K1: an own write is in the next render, and a refused one leaves it', async () => {
  const { client, advance } = await setUp()
  const camera = probe(() => useRecord('camera', 'c1').data?.name)
  show(client, h(Joined, null, h(camera.Probe)))
  await advance()

  act(() => void client.mutate.camera.update('c1', { name: 'Mine', productionId: 'nowhere' }))
  const shown = camera.last
  await advance()

  expect(shown).toBe('Mine')
  expect(camera.last).toBe('One')
})

test('a hook without an id, or switched off, reads nothing and waits for nothing', async () => {
  const { client, advance, sent } = await setUp()
  const nothing = probe(() => [
    useRecord('camera', undefined),
    useRoom('production', null),
    useQuery('camera', { enabled: false }),
  ])
  show(client, h(Joined, null, h(nothing.Probe)))
  await advance()

  expect(nothing.last).toMatchObject([
    { data: undefined, status: 'pending', isLoading: false },
    { data: undefined, status: 'pending', isLoading: false },
    { data: [], status: 'pending', isLoading: false },
  ])
  expect(nothing.seen).toHaveLength(1)
  expect(sent('join')).toHaveLength(1)
})

test('a mistake in a query is thrown where it is written, with the right name', async () => {
  const { client } = await setUp()
  const mistaken = probe(() => useQuery('camera', { where: { nme: 'x' } as never }))

  expect(() => show(client, h(mistaken.Probe))).toThrow(/`nme`.*`camera`/)
})

test('a hook without a provider says what to do', () => {
  const alone = probe(() => hooks.useSyncClient())

  expect(() => h(alone.Probe) && show(undefined as never, h(alone.Probe))).toThrow(/<SyncProvider client=/)
})

test('a provider that is given no client says what it was given', () => {
  const provide = (client: unknown) => () => hooks.SyncProvider({ client: client as never })

  expect(provide(schema)).toThrow(
    '`client` of <SyncProvider> is no client but a schema. Give it what createClient({ schema, url }) returns.',
  )
  expect(provide('ana')).toThrow('is no client but of type string')
})

// @vitest-environment happy-dom
import { act } from '@testing-library/react'
import { createElement as h } from 'react'
import { expect, expectTypeOf, test } from 'vitest'
import { createClient, memory, type StorageHealth } from 'syncline/client'
import { createSource } from '../../src/client/observable.ts'
import { hooks, Joined, probe, schema, setUp, show } from './page.ts'

const DURABLE: StorageHealth = { state: 'durable', problem: undefined }

const { useMutation, useRecord, useSyncStatus } = hooks

/** A component that renames camera `c1`. */
function renaming() {
  return probe(() => useMutation((client, name: string) => client.mutate.camera.update('c1', { name })))
}

test('K2: a write is pending, then stored on the device, then confirmed; nothing is said before it is so', async () => {
  const { advance, clock, wire } = await setUp()
  const kept = Object.assign(await memory().open('ana'), { health: createSource(DURABLE) })
  const server = { url: 'http://server/sync', WebSocket: wire.WebSocket, fetch: wire.fetch }
  const user = { user: 'ana', token: 'ana' }
  const client = createClient({ schema, ...server, ...user, clock, storage: { open: () => kept } })
  const rename = renaming()
  show(client, h(Joined, null, h(rename.Probe)))
  await advance()
  wire.connected(false)

  const idle = rename.last
  act(() => void rename.last.mutate('Uno'))
  const submitted = rename.last
  await advance(10)
  const stored = rename.last
  wire.connected(true)
  await advance(40_000)

  expect(idle).toMatchObject({ status: 'idle', pending: 0, isStored: false, error: null, data: undefined })
  expect(submitted).toMatchObject({ status: 'pending', pending: 1, isStored: false })
  expect(stored).toMatchObject({ status: 'pending', pending: 1, isStored: true })
  expect(rename.last).toMatchObject({ status: 'success', pending: 0, isStored: true, data: { id: 'c1' } })
})

test('K2: with a storage that keeps nothing, a write is not called stored before the server has it', async () => {
  const { client, advance, wire } = await setUp()
  const rename = renaming()
  show(client, h(Joined, null, h(rename.Probe)))
  await advance()
  wire.connected(false)

  act(() => void rename.last.mutate('Uno'))
  await advance(1_000)
  const unsent = rename.last
  wire.connected(true)
  await advance(40_000)

  expect(unsent).toMatchObject({ status: 'pending', isStored: false })
  expect(rename.last).toMatchObject({ status: 'success', isStored: true })
})

test('W3: a refused write is an error with its reason, and the next one starts afresh', async () => {
  const { client, advance } = await setUp()
  const move = probe(() =>
    useMutation((client, productionId: string) => client.mutate.camera.update('c1', { productionId })),
  )
  show(client, h(Joined, null, h(move.Probe)))
  await advance()

  act(() => void move.last.mutate('nowhere'))
  await advance()
  const refused = move.last
  act(() => void move.last.mutate('p1'))
  const again = move.last
  await advance()

  expect(refused).toMatchObject({ status: 'error', pending: 0, error: { code: 'constraint' } })
  expect(again).toMatchObject({ status: 'pending', pending: 1, error: null })
  expect(move.last).toMatchObject({ status: 'success', error: null })
})

test('a value that cannot be written is an error, not a fault of the page', async () => {
  const { client, advance, sent } = await setUp()
  const rename = renaming()
  show(client, h(Joined, null, h(rename.Probe)))
  await advance()

  let written: unknown = 'untouched'
  act(() => {
    written = rename.last.mutate('a\u0000')
  })
  const mistaken = rename.last
  act(() => rename.last.reset())

  expect(written).toBeUndefined()
  expect(mistaken).toMatchObject({
    status: 'error',
    pending: 0,
    error: { code: 'invalid_value', field: 'name' },
  })
  expect(rename.last).toMatchObject({ status: 'idle', error: null })
  expect(sent('push')).toHaveLength(0)
})

test('the state is of the last write, the count of all', async () => {
  const { client, advance } = await setUp()
  const move = probe(() =>
    useMutation((client, productionId: string) => client.mutate.camera.update('c1', { productionId })),
  )
  show(client, h(Joined, null, h(move.Probe)))
  await advance()

  act(() => {
    move.last.mutate('nowhere')
    move.last.mutate('p1')
  })
  const both = move.last
  await advance()

  expect(both).toMatchObject({ status: 'pending', pending: 2 })
  expect(move.last).toMatchObject({ status: 'success', error: null, pending: 0 })
})

test('a create gives the id at once, a transaction is one write, and `mutate` is the same in every render', async () => {
  const { client, advance } = await setUp()
  const add = probe(() =>
    useMutation((client, name: string) => client.mutate.camera.create({ productionId: 'p1', name })),
  )
  const clear = probe(() =>
    useMutation((client) =>
      client.transaction((tx) => {
        tx.camera.delete('c1')
        tx.camera.delete('c2')
      }),
    ),
  )
  show(client, h(Joined, null, h(add.Probe), h(clear.Probe)))
  await advance()
  expectTypeOf(add.last.mutate).parameters.toEqualTypeOf<[name: string]>()

  const written = { id: '' }
  act(() => {
    written.id = add.last.mutate('Three')?.id ?? ''
    clear.last.mutate()
  })
  await advance()

  expect(client.query.camera.current).toMatchObject([{ id: written.id, name: 'Three' }])
  expect([add.last.status, clear.last.status]).toEqual(['success', 'success'])
  expect(new Set(add.seen.map(({ mutate }) => mutate)).size).toBe(1)
})

test('`mutate` uses the values of the last render', async () => {
  const { client, advance } = await setUp()
  const rename = probe(({ id }: { id: string }) =>
    useMutation((client, name: string) => client.mutate.camera.update(id, { name })),
  )
  const { rerender } = show(client, h(Joined, null, h(rename.Probe, { id: 'c1' })))
  await advance()
  const { mutate } = rename.last
  rerender(h(Joined, null, h(rename.Probe, { id: 'c2' })))

  act(() => void mutate('Renamed'))

  expect(client.query.camera.current.map(({ name }) => name)).toEqual(['One', 'Renamed'])
})

test('the status is apart: what shows rows does not render for it', async () => {
  const { client, advance, wire } = await setUp()
  const camera = probe(() => useRecord('camera', 'c1'))
  const status = probe(() => useSyncStatus())
  const word = probe(() => useSyncStatus((each) => each.status))
  show(client, h(Joined, null, h(camera.Probe), h(status.Probe), h(word.Probe)))
  await advance()
  const rendered = camera.seen.length
  wire.connected(false)

  act(() => void client.mutate.camera.update('c2', { name: 'Due' }))
  await advance(3_500)

  expect(camera.seen).toHaveLength(rendered)
  expect(status.last).toMatchObject({ status: 'offline', pending: 1, oldestPendingMs: 3_000 })
  expect(word.seen.filter((each, at) => each === word.seen[at - 1])).toEqual([])
  expect(word.last).toBe('offline')
})

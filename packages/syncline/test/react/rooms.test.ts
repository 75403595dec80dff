// @vitest-environment happy-dom
import { act } from '@testing-library/react'
import { createElement as h } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { KEPT_MS } from '../../src/bindings/shared.ts'
import { hooks, Joined, probe, setUp, show } from './page.ts'

const { useQuery, useRecord, useRoom } = hooks

afterEach(() => {
  vi.useRealTimers()
})

/** Moves the time of the browser's timers by hand. */
function holdTimers(): (ms: number) => void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  return (ms) => void act(() => vi.advanceTimersByTime(ms))
}

test('a room is joined once, however many components use it, in Strict Mode too', async () => {
  const { client, advance, sent } = await setUp()
  const rooms = probe(() => useRoom('production', 'p1'))
  show(client, [h(Joined, { key: 1 }), h(rooms.Probe, { key: 2 }), h(Joined, { key: 3 })], { isStrict: true })
  await advance()

  expect(sent('join')).toHaveLength(1)
  expect(sent('leave')).toHaveLength(0)
  expect(rooms.last).toMatchObject({ status: 'success', phase: 'live', data: { channel: 'Production:p1' } })
})

test('a room stays joined while one component uses it, and is left a while after the last', async () => {
  const pass = holdTimers()
  const { client, advance, sent } = await setUp()
  const page = (...keys: string[]) => keys.map((key) => h(Joined, { key }))
  const { rerender } = show(client, page('a', 'b'), { isStrict: true })
  await advance()

  rerender(page('b'))
  pass(KEPT_MS * 2)
  const whileUsed = sent('leave').length
  rerender(page())
  pass(KEPT_MS - 1)
  const justAfter = sent('leave').length
  pass(1)
  await advance()

  expect([whileUsed, justAfter, sent('leave').length]).toEqual([0, 0, 1])
  expect(client.query.camera.current).toEqual([])
})

test('going to another page of the room and back joins nothing anew', async () => {
  const pass = holdTimers()
  const { client, advance, sent } = await setUp()
  const { rerender } = show(client, h(Joined))
  await advance()

  rerender(null)
  pass(KEPT_MS / 2)
  rerender(h(Joined))
  pass(KEPT_MS * 2)
  await advance()

  expect([sent('join').length, sent('leave').length]).toEqual([1, 0])
})

test('opening and closing a page again and again leaves no room, query, record or timer behind', async () => {
  const pass = holdTimers()
  const { client, advance, sent } = await setUp()
  const opened = vi.spyOn(client, 'record')
  const rows = probe(() => [useQuery('camera', { where: { productionId: 'p1' } }), useRecord('camera', 'c1')])

  for (let turn = 0; turn < 20; turn++) {
    const { unmount } = show(client, h(Joined, null, h(rows.Probe)), { isStrict: true })
    await advance(100)
    unmount()
    pass(KEPT_MS)
  }
  await advance()

  // Each turn opened its own record, so the one before had been closed.
  expect(opened).toHaveBeenCalledTimes(20)
  expect([sent('join').length, sent('leave').length]).toEqual([20, 20])
  expect(vi.getTimerCount()).toBe(0)
  expect(client.query.camera.current).toEqual([])
})

test('A3: a room that is not there, or not yours, is an error with its reason', async () => {
  const { client, advance } = await setUp()
  const rooms = probe(() => useRoom('production', 'p9'))
  const cameras = probe(() => useQuery('camera', { where: { productionId: 'p9' } }))
  show(client, [h(rooms.Probe, { key: 1 }), h(cameras.Probe, { key: 2 })])
  await advance()

  expect(rooms.last).toMatchObject({
    status: 'error',
    phase: 'gone',
    isLoading: false,
    error: { code: 'not_found' },
  })
  expect(cameras.last).toMatchObject({ status: 'error', data: [], error: { code: 'not_found' } })
})

test('A2: a room whose right is lost becomes an error, and can be joined again when it is back', async () => {
  const { client, advance, write } = await setUp()
  const rooms = probe(() => useRoom('production', 'p1'))
  const cameras = probe(() => useQuery('camera', { where: { productionId: 'p1' } }))
  show(client, [h(rooms.Probe, { key: 1 }), h(cameras.Probe, { key: 2 })])
  await advance()
  const before = cameras.last

  write((tx) => tx.revoke('ana', 'production', 'p1'))
  await advance()
  const lost = [rooms.last, cameras.last]
  write((tx) => tx.grant('ana', 'production', 'p1'))
  act(() => rooms.last.refetch())
  await advance()

  expect(before.data).toHaveLength(2)
  expect(lost).toMatchObject([
    { status: 'error', phase: 'gone' },
    { status: 'error', data: [] },
  ])
  expect(rooms.last).toMatchObject({ status: 'success', phase: 'live', error: null })
  expect(cameras.last).toMatchObject({ status: 'success', data: before.data })
})

test('what is no room of the schema is an error that names those that are', async () => {
  const { client, advance } = await setUp()
  const rooms = probe(() => {
    // @ts-expect-error a camera is no room
    return useRoom('camera', 'c1')
  })
  show(client, h(rooms.Probe))
  await advance()

  expect(rooms.last.error?.message).toMatch(/`camera` is not a room\. Rooms of this schema: `production`/)
})

test('the own list is a room too', async () => {
  const { client, advance } = await setUp()
  const list = probe(() => {
    useRoom('production', 'mine')
    return useQuery('production', { orderBy: 'name' })
  })
  show(client, h(list.Probe))
  await advance()

  expect(list.last.data.map(({ name }) => name)).toEqual(['Ballet', 'Opera'])
})

test('a room that others made live is shown at once, from memory', async () => {
  const { client, advance } = await setUp()
  client.join('production', 'p1')
  await advance()
  const cameras = probe(() => useQuery('camera', { where: { productionId: 'p1' } }))

  show(client, h(Joined, null, h(cameras.Probe)))

  expect(cameras.seen[0]?.data).toHaveLength(2)
})

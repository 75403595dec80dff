// @vitest-environment happy-dom
import { act } from '@testing-library/react'
import { Component, createElement as h, type ReactNode, Suspense } from 'react'
import type { Room } from 'syncline/client'
import { afterEach, expect, expectTypeOf, test, vi } from 'vitest'
import { KEPT_MS } from '../../src/bindings/shared.ts'
import { WAIT_MS } from '../../src/react/suspend.ts'
import { DIRECT, hooks, setUp, show, takeComplaints } from './page.ts'

const { useSuspenseQuery, useSuspenseRecord, useSuspenseRoom } = hooks

afterEach(() => {
  vi.useRealTimers()
})

function Production({ id }: { readonly id: string }) {
  const room = useSuspenseRoom('production', id)
  const { data: production } = useSuspenseRecord('production', id)
  const { data: cameras } = useSuspenseQuery('camera', { where: { productionId: id }, orderBy: 'name' })
  expectTypeOf(room.status).toEqualTypeOf<'success'>()
  expectTypeOf(room.data.channel).toEqualTypeOf<string>()
  return `${production?.name}: ${cameras.map(({ name }) => name).join(', ')}`
}

class Boundary extends Component<{ readonly children: ReactNode }, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {}
  static getDerivedStateFromError(error: Error) {
    return { error }
  }
  override render() {
    return this.state.error ? `Failed: ${this.state.error.message}` : this.props.children
  }
}

const page = (id: string) => h(Boundary, null, h(Suspense, { fallback: 'Loading' }, h(Production, { id })))

test('a page waits in Suspense until its room has rows, and follows them from there', async () => {
  const { client, advance, write, sent } = await setUp()
  const { container } = show(client, page('p1'), { isStrict: true })

  const first = container.textContent
  await advance()
  const loaded = container.textContent
  write((tx) => tx.update('camera', 'c1', { name: 'Uno' }, DIRECT))
  await advance()

  expect(first).toBe('Loading')
  expect(loaded).toBe('Opera: One, Two')
  expect(container.textContent).toBe('Opera: Two, Uno')
  expect(sent('join')).toHaveLength(1)
})

test('a room without rows is shown empty, not waited for', async () => {
  const { client, advance } = await setUp()
  const { container } = show(client, page('p2'))
  await advance()

  expect(container.textContent).toBe('Ballet: ')
})

test('a room that is not to be had goes to the error boundary', async () => {
  const { client, advance } = await setUp()
  const { container } = show(client, page('p9'))
  await advance()

  expect(container.textContent).toMatch(/^Failed: /)
  expect(takeComplaints().length).toBeGreaterThan(0)
})

test('a tree that is given up while it waits leaves its room', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { client, advance, wire } = await setUp()
  wire.connected(false)
  const join = vi.spyOn(client, 'join')
  const { rerender } = show(client, page('p1'))
  await advance(10)

  rerender(null)
  act(() => void vi.advanceTimersByTime(WAIT_MS))
  act(() => void vi.advanceTimersByTime(KEPT_MS))
  await advance(10)

  expect(join.mock.results.map(({ value }) => (value as Room).status.current)).toEqual(['left'])
  expect(vi.getTimerCount()).toBe(0)
})

test('a tree that waits for long is still shown when its rows come', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { client, advance, wire } = await setUp()
  wire.connected(false)
  const { container } = show(client, page('p1'))
  for (let waited = 0; waited < 3; waited++) {
    await act(async () => void vi.advanceTimersByTime(WAIT_MS))
    await advance(10)
  }

  const late = container.textContent
  wire.connected(true)
  await advance(60_000)

  expect(late).toBe('Loading')
  expect(container.textContent).toBe('Opera: One, Two')
})

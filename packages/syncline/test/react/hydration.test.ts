// @vitest-environment happy-dom
import { act } from '@testing-library/react'
import { createElement as h, StrictMode, Suspense } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import { hooks, setUp } from './page.ts'

const { SyncProvider, useQuery, useRoom, useSuspenseQuery, useSuspenseRoom, useSyncStatus } = hooks

function Cameras() {
  useRoom('production', 'p1')
  const { data, status } = useQuery('camera', { where: { productionId: 'p1' }, orderBy: 'name' })
  return h(
    'p',
    null,
    `${status} ${data.map(({ name }) => name).join()} ${useSyncStatus((each) => each.pending)}`,
  )
}

function Suspending() {
  useSuspenseRoom('production', 'p1')
  return h('b', null, useSuspenseQuery('camera').data.length)
}

test("the browser takes the server's page over without a mismatch, then shows the device's rows", async () => {
  const { client, advance, sent } = await setUp()
  // Rows are in memory before React starts, and still the first render is the server's.
  client.join('production', 'p1')
  await advance()
  const page = h(
    StrictMode,
    null,
    h(SyncProvider, {
      client,
      children: [h(Cameras, { key: 1 }), h(Suspense, { key: 2, fallback: 'Loading' }, h(Suspending))],
    }),
  )
  const container = document.createElement('div')
  container.innerHTML = renderToString(page)
  document.body.append(container)
  const mismatches: string[] = []

  const served = container.textContent
  const root = await act(async () =>
    hydrateRoot(container, page, { onRecoverableError: (error) => mismatches.push(String(error)) }),
  )
  await advance()

  expect(served).toBe('pending  0Loading')
  expect(container.textContent).toBe('success One,Two 02')
  // React tells of the boundary that the server left to the browser, and of nothing else.
  expect(mismatches.filter((text) => !text.includes('Rows are on the device'))).toEqual([])
  expect(sent('join')).toHaveLength(1)
  await act(async () => root.unmount())
  container.remove()
})

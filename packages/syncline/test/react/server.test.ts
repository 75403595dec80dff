import { createElement as h, Suspense } from 'react'
import { renderToString } from 'react-dom/server'
import { createClient } from 'syncline/client'
import { expect, test, vi } from 'vitest'
import { hooks, schema } from './page.ts'

const { SyncProvider, useMutation, useQuery, useRecord, useRoom, useSuspenseRoom, useSyncStatus } = hooks

/** A client as a server makes it for the components below: it never connects. */
const onServer = () => createClient({ schema, url: 'http://server/sync', autoConnect: false })

function Production() {
  const room = useRoom('production', 'p1')
  const cameras = useQuery('camera', { where: { productionId: 'p1' } })
  const production = useRecord('production', 'p1')
  const rename = useMutation((client, name: string) => client.mutate.production.update('p1', { name }))
  const { status } = useSyncStatus()
  const words = [room.status, cameras.status, cameras.data.length, production.status, rename.status, status]
  return h('p', null, words.join(' '))
}

function Waiting() {
  useSuspenseRoom('production', 'p1')
  return 'never on the server'
}

test('on the server every hook is pending, and nothing is joined, timed or kept', () => {
  vi.useFakeTimers()
  const client = onServer()
  const join = vi.spyOn(client, 'join')

  const html = renderToString(h(SyncProvider, { client, children: h(Production) }))

  expect(html).toBe('<p>pending pending 0 pending idle idle</p>')
  expect(join).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

test('on the server a Suspense variant is the fallback of its boundary, left to the browser', () => {
  const client = onServer()

  const html = renderToString(
    h(SyncProvider, { client, children: h(Suspense, { fallback: h('p', null, 'Loading') }, h(Waiting)) }),
  )

  expect(html).toContain('<p>Loading</p>')
  expect(html).not.toContain('never on the server')
})

/** What the server's environment says of pages reaches them: by `welcome`, and by the page's prop `sync`. */
import { inertiaPage, native, type Page, SyncRegistry } from 'syncline/markers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createInertia } from '../../src/inertia/index.ts'
import { type AccountsServer, startAccountsServer } from './accounts-server.ts'
import { scriptedServer } from './scripted-server.ts'

let server: AccountsServer
beforeAll(async () => {
  vi.stubEnv('SYNC_DEBOUNCE_MS', '1234')
  vi.stubEnv('SYNC_RECONNECT_ATTEMPTS', '2')
  server = await startAccountsServer()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await server.close()
})

const open: { close(): unknown }[] = []
// A whole imitation of a browser would take the server's own Request and URL away.
beforeEach(() => {
  vi.spyOn(console, 'debug').mockImplementation(() => {})
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
  for (const name of ['addEventListener', 'removeEventListener']) vi.stubGlobal(name, () => {})
})
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
  vi.unstubAllGlobals()
})

function registryWith(options: ConstructorParameters<typeof SyncRegistry>[0]): SyncRegistry {
  const registry = new SyncRegistry(options)
  open.push({ close: () => registry.disconnect() })
  return registry
}

/** A page that the server has rendered, as the browser keeps it in its history. */
async function renderedPage(): Promise<Page> {
  const inertia = createInertia({
    secret: 'a secret of the tests',
    position: () => server.sync.position(),
    document: ({ head, body }) => head + body,
  })
  const request = new Request('http://localhost/account/7', { headers: { 'x-inertia': 'true' } })
  const answer = await inertia.handle(request, (visit) => visit.render('account', { account: { id: '7' } }))
  vi.stubGlobal('history', { state: { page: await answer.json() } })
  return inertiaPage({ on: () => () => {}, reload: () => {} })
}

test('SYNC_DEBOUNCE_MS is what a page waits that knows it from `welcome`, unless the application says it', async () => {
  const url = `ws://127.0.0.1:${server.port}/sync`
  const transport = native(url, { token: () => 'ben', WebSocket: WebSocket as never })
  const told = registryWith({ transport })
  const own = registryWith({ transport, debounceMs: 50 })

  await Promise.all([told.connect(), own.connect()])
  await expect.poll(() => [told.isConnected, own.isConnected]).toEqual([true, true])

  expect([told.debounceMs, own.debounceMs]).toEqual([1234, 50])
})

test('SYNC_DEBOUNCE_MS is what a page waits that has it in its prop `sync`, before any server has answered', async () => {
  const silent = await scriptedServer(() => [])
  open.push(silent)
  const transport = native(silent.url, { WebSocket: WebSocket as never })
  const page = await renderedPage()
  const told = registryWith({ transport, page })
  const own = registryWith({ transport, page, debounceMs: 50 })

  await Promise.all([told.connect(), own.connect()])

  expect([told.debounceMs, own.debounceMs]).toEqual([1234, 50])
  expect(told.isConnected).toBe(false)
})

test('SYNC_RECONNECT_ATTEMPTS travels with the position to the page, which tries a lost connection that often', async () => {
  let sockets = 0
  class Failing {
    onclose: ((event: never) => void) | null = null
    constructor() {
      sockets++
      queueMicrotask(() => this.onclose?.({} as never))
    }
    close() {}
  }
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const position = await server.sync.position()
  const page = await renderedPage()
  const transport = native('ws://localhost/', { WebSocket: Failing as never })
  const registry = registryWith({ transport, page, random: () => 0 })

  await registry.connect()
  await expect.poll(() => registry.status.current).toBe('off')

  expect(position).toMatchObject({ debounceMs: 1234, reconnectAttempts: 2 })
  expect(page.reconnectAttempts?.()).toBe(2)
  expect(sockets).toBe(1 + 2)
})

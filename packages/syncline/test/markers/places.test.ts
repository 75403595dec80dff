/** Pages that are not Inertia's, and say where their data was read: with the real TanStack Query, over a real server. */
import { MutationObserver, QueryClient, QueryObserver } from '@tanstack/query-core'
import {
  fromFunction,
  native,
  type Page,
  type SyncOptions,
  SyncRegistry,
  tanstackQuery,
} from 'syncline/markers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type AccountsServer, startAccountsServer } from './accounts-server.ts'
import { manualClock } from './manual-clock.ts'

let accounts: AccountsServer
beforeAll(async () => void (accounts = await startAccountsServer()))
afterAll(() => accounts.close())

// A whole imitation of a browser would take the server's own Request and URL away.
beforeEach(() => {
  vi.spyOn(console, 'debug').mockImplementation(() => {})
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
  for (const name of ['addEventListener', 'removeEventListener']) vi.stubGlobal(name, () => {})
})
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0).reverse()) stop()
  vi.unstubAllGlobals()
})

const rename = (name: string) => accounts.query('update accounts set name = $1 where id = 7', [name])
/** Longer than a marker, its debounce and a reload take. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 900))

/** As a route that follows the guide answers: where the log stood, then what it read. */
async function load() {
  const sync = await accounts.sync.position()
  const [account] = await accounts.query('select name from accounts where id = 7')
  return { ...(account as { name: string }), sync }
}

function subscribe(
  page: Page,
  options: SyncOptions = {},
): { readonly registry: SyncRegistry; readonly heard: string[] } {
  const url = `ws://127.0.0.1:${accounts.port}/sync`
  const transport = native(url, { token: () => 'ben', WebSocket: WebSocket as never })
  const registry = new SyncRegistry({ transport, page, ...options })
  const heard: string[] = []
  stops.push(() => registry.disconnect())
  registry.listen('Account:7', ({ action }) => heard.push(action))
  registry.subscribe('Account:7', 'account')
  return { registry, heard }
}

/** A page's query of the account, and how often it was asked. */
function observe() {
  const client = new QueryClient()
  const fetched: number[] = []
  const queryFn = async () => {
    fetched.push(fetched.length)
    return load()
  }
  const observer = new QueryObserver(client, { queryKey: ['account', '7'], queryFn })
  stops.push(observer.subscribe(() => {}))
  return { client, fetched, name: () => observer.getCurrentResult().data?.name }
}

/** As a form does: writes, loads what it changed, and is done. */
function submit(client: QueryClient, name: string, until = Promise.resolve()) {
  const mutation = new MutationObserver(client, {
    mutationFn: async () => {
      await rename(name)
      await until
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['account'] }),
  })
  return mutation.mutate()
}

test('R1: TanStack Query: data that says where it was read is followed from there, and not loaded again for nothing', async () => {
  const { client, fetched, name } = observe()
  await expect.poll(name).toBeDefined()
  const { registry } = subscribe(tanstackQuery(client))
  await expect.poll(() => registry.isConnected).toBe(true)
  await pause()
  expect(fetched).toHaveLength(1)
  registry.disconnect()

  await rename('In between')
  subscribe(tanstackQuery(client))

  await expect.poll(name).toBe('In between')
  await pause()
  expect(fetched).toHaveLength(2)
})

test('R2: TanStack Query: data that nobody shows any more does not keep the rest stale', async () => {
  const { client, fetched, name } = observe()
  await expect.poll(name).toBeDefined()
  const old = new QueryObserver(client, { queryKey: ['account', '6'], queryFn: load })
  const leave = old.subscribe(() => {})
  await expect.poll(() => old.getCurrentResult().data).toBeDefined()
  leave()
  subscribe(tanstackQuery(client))
  await pause()
  const before = fetched.length

  await rename('Seen once')
  await expect.poll(name).toBe('Seen once')
  await pause()
  await pause()

  expect(fetched.length - before).toBe(1)
})

test('R1: TanStack Query: a first load that begins when the subscription is live is not repeated', async () => {
  const joined = () =>
    accounts.lines.filter(({ message }) => message.includes('subscribed to markers')).length
  const before = joined()
  const client = new QueryClient()
  subscribe(tanstackQuery(client))
  await expect.poll(joined).toBe(before + 1)

  const asked: number[] = []
  const observer = new QueryObserver(client, {
    queryKey: ['account'],
    queryFn: () => load().finally(() => asked.push(1)),
  })
  stops.push(observer.subscribe(() => {}))
  await expect.poll(() => asked).toHaveLength(1)
  await pause()

  expect(asked).toHaveLength(1)
})

test('R2: TanStack Query: what a submission has loaded by itself is not loaded once more for its marker', async () => {
  const { client, fetched, name } = observe()
  await expect.poll(name).toBeDefined()
  const { heard } = subscribe(tanstackQuery(client))
  await pause()

  await submit(client, 'Mine')
  await expect.poll(() => heard).toEqual(['refresh'])
  await pause()
  expect([name(), fetched.length]).toEqual(['Mine', 2])
  await rename('Theirs')

  await expect.poll(name).toBe('Theirs')
  expect(fetched).toHaveLength(3)
})

test('R1, R4: TanStack Query: without places one reload follows a submission, after it, and no more', async () => {
  const { client, fetched, name } = observe()
  await expect.poll(name).toBeDefined()
  const { heard } = subscribe(tanstackQuery(client, { cursorOf: () => undefined }))
  // Where it was read is unknown: loaded once when the subscription is live.
  await expect.poll(() => fetched).toHaveLength(2)
  let finish = () => {}
  const submitted = submit(client, 'Submitted', new Promise<void>((resolve) => (finish = resolve)))
  await expect.poll(() => heard).toEqual(['refresh'])
  await pause()
  expect(fetched).toHaveLength(2)

  finish()
  await submitted
  // Its own, and one for the marker.
  await expect.poll(() => fetched).toHaveLength(4)
  await pause()

  expect([name(), fetched.length]).toEqual(['Submitted', 4])
})

test('R1, R2: a function that says where its props were read is asked for what changed later only', async () => {
  let shown = await load()
  const reloads: (readonly string[])[] = []
  const reload = async (props: readonly string[]) => {
    reloads.push(props)
    shown = await load()
  }
  // However slow the page is at loading by itself, what was marked waits for it.
  const clock = manualClock()
  const page = fromFunction(reload, { cursorOf: () => shown.sync?.cursor })
  const { registry, heard } = subscribe(page, { clock })
  await expect.poll(() => registry.isConnected).toBe(true)

  await rename('Loaded by itself')
  await expect.poll(() => heard).toEqual(['refresh'])
  expect(registry.reloadTimer).not.toBeNull()
  shown = await load()
  clock.advance(2_000)
  expect(reloads).toEqual([])
  await rename('By psql')
  await expect.poll(() => heard).toEqual(['refresh', 'refresh'])
  clock.advance(2_000)

  await expect.poll(() => shown.name).toBe('By psql')
  expect(reloads).toEqual([['account']])
})

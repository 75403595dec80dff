/** What developers are told of a page that makes one client after the other. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defineSchema, model, text } from '../schema/index.ts'
import { createClient } from './client.ts'
import type { ClientOptions } from './client-options.ts'

const newSchema = () =>
  defineSchema({ models: { lens: model('lenses', { name: text() }, { shared: true }) } })
let schema = newSchema()

const made: { close(): void }[] = []
function newClient(options: Partial<ClientOptions<typeof schema>> = {}) {
  const client = createClient({ schema, autoConnect: false, url: 'http://localhost/sync', ...options })
  made.push(client)
  return client
}

const warnings: string[] = []
beforeEach(() => {
  schema = newSchema()
  vi.stubGlobal('document', {})
  vi.useFakeTimers()
  vi.spyOn(console, 'warn').mockImplementation((line: string) => void warnings.push(line))
})
afterEach(() => {
  for (const client of made.splice(0)) client.close()
  warnings.length = 0
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

test('a page that makes a client for every render is told once, and nothing of rooms that these did not join', async () => {
  for (let render = 0; render < 6; render++) void newClient().query.lens
  await vi.advanceTimersByTimeAsync(10_000)

  expect(warnings).toEqual([
    "[syncline] 3 clients of the same schema, address (http://localhost/sync) and user are open in this page, each with a connection of its own. Call `createClient` once, outside of components (in a component's body it makes a client for every render), and `close()` a client before you make another.",
  ])
})

test('clients that were closed or signed out before the next, of other users or other schemas, are no mistake', async () => {
  for (let round = 0; round < 4; round++) newClient().close()
  for (let round = 0; round < 4; round++) await newClient().signOut()
  for (const user of ['ana', 'ben', 'cleo', 'dan']) newClient({ user })
  for (let other = 0; other < 4; other++) newClient({ schema: newSchema() })

  expect(warnings).toEqual([])
})

test('a client that is made once, twice in Strict Mode, is no mistake', () => {
  newClient()
  newClient()

  expect(warnings).toEqual([])
})

test('servers and tests may have any number, and production is told nothing', () => {
  for (let device = 0; device < 4; device++) newClient({ WebSocket: class {} })
  vi.stubEnv('NODE_ENV', 'production')
  for (let render = 0; render < 4; render++) newClient()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  for (let request = 0; request < 4; request++) newClient()

  expect(warnings).toEqual([])
})

/** Pages that only refresh know no schema: a version that is above theirs refuses rooms, and never markers. */
import { fromFunction, native, SyncRegistry } from 'syncline/markers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type StageServer, startStageServer } from '../server/stage-server.ts'

let server: StageServer
// The version of this schema is 2.
beforeAll(async () => void (server = await startStageServer()))
afterAll(() => server.close())

const registries: SyncRegistry[] = []
// A whole imitation of a browser would take the server's own Request and URL away.
beforeEach(() => {
  vi.spyOn(console, 'debug').mockImplementation(() => {})
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
  for (const name of ['addEventListener', 'removeEventListener']) vi.stubGlobal(name, () => {})
})
afterEach(() => {
  for (const registry of registries.splice(0)) registry.disconnect()
  vi.unstubAllGlobals()
})

test('a page is refreshed over the native wire by a server whose schema has a version', async () => {
  const reloads: string[][] = []
  const { cursor } = (await server.sync.position()) ?? { cursor: '' }
  const registry = new SyncRegistry({
    transport: native(`ws://127.0.0.1:${server.port}/sync`, {
      token: () => 'ana',
      WebSocket: WebSocket as never,
    }),
    page: {
      ...fromFunction((props) => void reloads.push([...props])),
      placeOf: () => ({ cursor, position: 1 }),
    },
    debounceMs: 20,
  })
  registries.push(registry)
  registry.subscribe('Production:p1', 'production')

  await server.query("update productions set name = 'Renamed' where id = 'p1'")

  await expect.poll(() => reloads).toEqual([['production']])
})

test('over one socket of an older app, markers are joined where the rows of the same record are refused', async () => {
  const ana = await server.socket('ana', { device: 'an older page', schema: 1 })
  ana.send({ type: 'join', channel: 'Production:p1' })
  const refusal = await ana.next(({ type }) => type === 'error')
  ana.send({ type: 'join', channel: 'Production:p1', want: 'markers' })
  await ana.next(({ type }) => type === 'joined')

  await server.query("update productions set name = 'Renamed again' where id = 'p1'")
  const marker = await ana.next(({ type }) => type === 'marker')

  expect(refusal).toMatchObject({ code: 'schema_too_old', channel: 'Production:p1' })
  expect(marker).toMatchObject({ channel: 'Production:p1', action: 'refresh', prop: 'production' })
})

test('a pull of an older app is told of markers where the rows of the same record are refused', async () => {
  const page = await server.sync.position()
  await server.query("update productions set name = 'Pulled' where id = 'p1'")

  const answer = await server.sync.fetch(
    new Request('http://localhost/sync/pull', {
      method: 'POST',
      headers: { authorization: 'Bearer ana', 'content-type': 'application/json' },
      body: JSON.stringify({
        device: 'a page that pulls',
        schema: 1,
        joins: [
          { channel: 'Production:p1', want: 'markers', cursor: page?.cursor },
          { channel: 'Production:p1' },
        ],
      }),
    }),
  )
  const { messages } = (await answer.json()) as { messages: { type: string; code?: string }[] }

  expect(messages.map(({ type, code }) => [type, code])).toEqual([
    ['marker', undefined],
    ['joined', undefined],
    ['error', 'schema_too_old'],
    ['ack', undefined],
  ])
})

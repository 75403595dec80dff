import { IDBDatabase, IDBFactory, IDBObjectStore } from 'fake-indexeddb'
import { afterEach, expect, test, vi } from 'vitest'
import type { SocketConstructor } from '../../src/client/session/socket.ts'
import { profile } from './pages-fixture.ts'

afterEach(() => void vi.restoreAllMocks())

/** What the server calls the production. */
const nameOf = ({ state }: ReturnType<typeof profile>['server']) =>
  state.tables.get('production')?.get('p1')?.fields['name']

/** A WebSocket that counts how many were made. */
function counted(WebSocket: SocketConstructor) {
  const count = { sockets: 0 }
  const Counted = class {
    constructor(...given: ConstructorParameters<SocketConstructor>) {
      count.sockets++
      return new WebSocket(...given)
    }
  }
  return { count, WebSocket: Counted }
}

test('W3: a left device that has refusals only is taken care of without a connection', async () => {
  const { wire, pass, open } = profile()
  const { count, WebSocket } = counted(wire.WebSocket)
  const [first, second] = [open({ WebSocket }), open()]
  await pass()
  const write = second.mutate.camera.create({ productionId: 'nowhere', name: 'x', note: null, tags: [] })
  write.confirmed.catch(() => {})
  await pass(2_000)

  second.close()
  await pass(30_000)
  const found = first.parked.current
  first.connect()
  await pass(2_000)

  expect(found).toMatchObject([{ op: { id: write.id } }])
  expect(count.sockets).toBe(1)
})

test('W3: what closed pages left is sent once the application has connected the page that found it', async () => {
  const { server, wire, pass, open } = profile()
  const first = open({ autoConnect: false })
  const leave = async (name: string) => {
    wire.connected(false)
    const page = open()
    await pass()
    await page.mutate.production.update('p1', { name }).stored
    page.close()
    wire.connected(true)
    await pass(30_000)
    return { pending: first.status.current.pending, name: nameOf(server) }
  }

  const unconnected = await leave('Found before')
  first.connect()
  await pass(2_000)
  const connected = nameOf(server)
  const later = await leave('Found later')

  expect(unconnected).toEqual({ pending: 1, name: 'Opera' })
  expect(connected).toBe('Found before')
  expect(later).toEqual({ pending: 0, name: 'Found later' })
})

test('a page that is closed while it takes care of unsent writes leaves no timer behind', async () => {
  const { clock, wire, pass, open } = profile()
  const [first, second] = [open(), open()]
  await pass()
  wire.connected(false)
  await second.mutate.production.update('p1', { name: 'Unsent' }).stored
  await first.mutate.production.update('p1', { name: 'Unsent too' }).stored
  second.close()
  await pass(30_000)
  const { pending } = first.status.current
  const room = first.join('production', 'p1')

  first.close()
  room.leave()
  await pass(2_000)

  expect(pending).toBe(2)
  expect(clock.waiting).toBe(0)
})

test('looking for left devices costs a page nothing while pages neither come nor go', async () => {
  const { wire, pass, open } = profile()
  const first = open({ joinAtStart: true })
  const second = open({ joinAtStart: true })
  const refused = second.mutate.camera.create({ productionId: 'nowhere', name: 'x', note: null, tags: [] })
  refused.confirmed.catch(() => {})
  await pass(30_000)
  const opened = vi.spyOn(IDBFactory.prototype, 'open')
  const transactions = vi.spyOn(IDBDatabase.prototype, 'transaction')
  const lists = vi.spyOn(IDBObjectStore.prototype, 'getAll')

  await pass(60_000)
  const atRest = transactions.mock.calls.length
  wire.connected(false)
  await first.mutate.production.update('p1', { name: 'Unsent' }).stored
  await pass(60_000)

  expect(atRest).toBe(0)
  expect(opened).not.toHaveBeenCalled()
  expect((lists.mock.contexts as IDBObjectStore[]).map(({ name }) => name)).not.toContain('parked')
})

/** Coming back, bursts, and what the server says of itself: against the database, counted. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { positionOf } from '../../src/protocol/marker-cursor.ts'
import { type AccountsServer, type MarkerSocket, startAccountsServer } from './accounts-server.ts'

let server: AccountsServer
beforeAll(async () => {
  server = await startAccountsServer()
})
afterAll(() => server.close())

const write = () => server.query('update accounts set plan = (plan::int + 1)::text where id = 7')
const planNow = async () =>
  (await server.query<{ plan: string }>('select plan from accounts where id = 7'))[0]?.plan

/** A page with one prop: loads it after a marker whose change its answer does not contain. */
class AccountPage {
  plan: string | undefined
  cursor = ''
  #position = 0
  reloads = 0

  async load(): Promise<void> {
    const page = await server.sync.position()
    this.cursor = page?.cursor ?? ''
    this.#position = positionOf(this.cursor) as number
    this.plan = await planNow()
  }

  /** Reads the markers of a connection until the page shows what the database has. */
  async follow(socket: MarkerSocket, from: number): Promise<void> {
    for (let seen = from; this.plan !== (await planNow()); seen++) {
      const marker = await socket.marker('Account:7', seen)
      seen = socket.messages.indexOf(marker)
      this.cursor = marker.cursor
      if ((positionOf(marker.cursor) as number) <= this.#position) continue
      this.reloads++
      await this.load()
    }
  }
}

test('R1: a hundred reconnects amid writes lose no refresh', async () => {
  await server.query("update accounts set plan = '0' where id = 7")
  const page = new AccountPage()
  await page.load()
  let writes = 0

  for (let round = 0; round < 100; round++) {
    // Before, while or after the page connects, or all of them.
    if (round % 2 === 0) writes += (await write()) && 1
    const during = round % 3 === 0 ? write() : undefined
    const socket = await server.socket('ben')
    await socket.listen('Account:7', page.cursor)
    if (during) writes += (await during) && 1
    if (round % 5 === 0) writes += (await write()) && 1
    await page.follow(socket, 0)
    socket.terminate()
  }

  expect(page.plan).toBe(String(writes))
  expect(page.reloads).toBeGreaterThan(30)
  expect(page.reloads).toBeLessThanOrEqual(writes)
})

test('R1: of 200 changes in a burst the last one is told of, and all in the order of their positions', async () => {
  await server.query("update accounts set plan = '0' where id = 7")
  const page = new AccountPage()
  await page.load()
  const socket = await server.socket('ben')
  await socket.listen('Account:7', page.cursor)
  const from = socket.messages.length

  await Promise.all(Array.from({ length: 200 }, write))
  await page.follow(socket, from)
  await socket.flush(server)

  const positions = socket.messages
    .filter(({ type, channel }) => type === 'marker' && channel === 'Account:7')
    .map(({ cursor }) => positionOf(cursor) as number)
  expect(page.plan).toBe('200')
  expect(positions.length).toBeLessThanOrEqual(200)
  expect(positions).toEqual(positions.toSorted((a, b) => a - b))
})

test('R1: beyond 10,000 changes a page that comes back is told to reload, changed or not', async () => {
  const page = await server.sync.position()
  await server.query(
    "insert into tickets (number, subject) select n, 'many' from generate_series(1, 10001) n",
  )
  await server.sync.position()
  const socket = await server.socket('ben')

  await socket.listen('Account:7', page?.cursor)
  await socket.listen('Account:7/members', (await server.sync.position())?.cursor)

  expect(socket.markers).toEqual(['Account:7 refresh account'])
})

test('every subscription, refusal and broadcast is logged and counted, without data of records', async () => {
  const socket = await server.socket('ben')
  server.lines.length = 0
  const valueOf = (name: string, label = '') =>
    server.sync.metrics
      .read()
      .find((metric) => metric.name === name)
      ?.values.get(label) ?? 0
  const before = valueOf('syncline_markers_total', 'model="account"')

  await socket.listen('Account:7')
  await expect(socket.listen('Account:8')).rejects.toThrow('not_found')
  await socket.markersOf(() => server.query("update accounts set name = 'Unsaid' where id = 7"), server)

  expect(server.lines.map(({ message }) => message)).toEqual(
    expect.arrayContaining([
      'A connection subscribed to markers.',
      'A subscription to markers was refused.',
      'A channel was marked.',
    ]),
  )
  expect(JSON.stringify(server.lines)).not.toContain('Unsaid')
  expect(valueOf('syncline_markers_total', 'model="account"')).toBeGreaterThan(before)
  expect(valueOf('syncline_marker_joins_total', 'outcome="not_found"')).toBeGreaterThan(0)
  expect(valueOf('syncline_marker_subscriptions', 'kind="record"')).toBeGreaterThan(1)
  expect(valueOf('syncline_marker_subscriptions', 'kind="mine"')).toBe(0)
})

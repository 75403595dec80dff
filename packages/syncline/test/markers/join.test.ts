/** Joining channels for their markers on the native wire: what is answered, what follows, and what was missed. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { positionOf } from '../../src/protocol/marker-cursor.ts'
import { type AccountsServer, type MarkerSocket, startAccountsServer } from './accounts-server.ts'

let server: AccountsServer
let ben: MarkerSocket
beforeAll(async () => {
  server = await startAccountsServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  ben = await server.socket('ben')
})

/** Without those that `flush` waits for. */
const accountMarkers = () => ben.markers.filter((marker) => marker.startsWith('Account:'))

/** The marker of Acme that a pull answers, which looks into the log itself. */
async function pulledMarker(cursor: string | undefined): Promise<{ cursor: string } | undefined> {
  const response = await server.sync.fetch(
    new Request('http://localhost/sync/pull', {
      method: 'POST',
      headers: { authorization: 'Bearer ben', 'content-type': 'application/json' },
      body: JSON.stringify({ device: 'a page', joins: [{ channel: 'Account:7', want: 'markers', cursor }] }),
    }),
  )
  const { messages } = (await response.json()) as { messages: { type: string; cursor: string }[] }
  expect(messages.map(({ type }) => type)).toContain('joined')
  return messages.find(({ type }) => type === 'marker')
}

const rename = (name: string) => server.query('update accounts set name = $1 where id = 7', [name])

test('a committed change marks the record that was joined, with the prop to reload', async () => {
  await ben.listen('Account:7')

  await rename('Acme Ltd')

  const { type, channel, action, prop, cursor, ...others } = await ben.marker('Account:7')
  expect({ type, channel, action, prop }).toEqual({
    type: 'marker',
    channel: 'Account:7',
    action: 'refresh',
    prop: 'account',
  })
  expect(positionOf(cursor)).toBeGreaterThan(0)
  expect(others).toEqual({})
})

test('rows and markers of one channel stand side by side, and each is left by itself', async () => {
  await ben.join('Account:7/members')
  await ben.listen('Account:7/members')

  await server.query("update account_users set role = 'admin' where id = 70")
  await ben.marker('Account:7/members')
  await ben.next(({ type }) => type === 'changes')
  ben.send({ type: 'leave', channel: 'Account:7/members', want: 'markers' })
  const from = ben.messages.length
  const marked = await ben.markersOf(
    () => server.query("update account_users set role = 'owner' where id = 70"),
    server,
  )

  expect(marked).toEqual([])
  await ben.next(({ type }) => type === 'changes', from)
  ben.send({ type: 'leave', channel: 'Account:7/members' })
  await ben.listen('Account:7/members')
  expect(
    await ben.markersOf(() => server.query("update account_users set role = 'admin' where id = 70"), server),
  ).toEqual(['Account:7/members refresh account_users'])
})

test('joining again is answered again, and marks once', async () => {
  await ben.listen('Account:7')
  await ben.listen('Account:7')

  expect(await ben.markersOf(() => rename('Once'), server)).toEqual(['Account:7 refresh account'])
})

test('R1: a change between the position of a page and its join is told, and nothing else is', async () => {
  const page = await server.sync.position()

  await rename('In between')
  await ben.listen('Account:7', page?.cursor)
  await ben.listen('Account:7/account_users', page?.cursor)
  await ben.flush(server)

  expect(accountMarkers()).toEqual(['Account:7 refresh account'])
})

test('R1: what was read before a join is told before `joined`', async () => {
  const page = await server.sync.position()
  await rename('Already read')
  await server.sync.position()

  await ben.listen('Account:7', page?.cursor)

  expect(ben.messages.slice(2).map(({ type }) => type)).toEqual(['marker', 'joined'])
})

test('R1: the position of a page is read after it was asked for, so it contains what was committed before', async () => {
  for (let round = 0; round < 20; round++) {
    await rename(`Round ${round}`)
    const page = await server.sync.position()

    const cursor = await ben.listen('Account:7', page?.cursor)

    expect(positionOf(cursor)).toBeGreaterThanOrEqual(positionOf(page?.cursor ?? '') as number)
    ben.send({ type: 'leave', channel: 'Account:7', want: 'markers' })
  }
  expect(ben.markers).toEqual([])
})

test('L3, R1: what was open when a page was read is told to who joins from there, on its commit or later', async () => {
  const slow = await server.database.connect()
  await slow.query("begin; update accounts set name = 'Slow' where id = 7")
  await server.query("update accounts set name = 'Quick' where id = 8")
  const page = await server.sync.position()
  const pageAt = positionOf(page?.cursor) as number
  await ben.listen('Account:7', page?.cursor)
  const open = await pulledMarker(page?.cursor)
  const before = [...ben.markers]

  await slow.query('commit')
  const live = await ben.marker('Account:7')
  const later = await server.socket('ben')
  await later.listen('Account:7', page?.cursor)
  const joined = await later.marker('Account:7')
  const pulled = await pulledMarker(page?.cursor)

  expect([before, open]).toEqual([[], undefined])
  for (const marker of [live, joined, pulled]) expect(positionOf(marker?.cursor)).toBeGreaterThan(pageAt)
})

test('R2: a marker lies beyond the page that does not contain its change, and not beyond the one that does', async () => {
  await ben.listen('Account:7')
  const before = await server.sync.position()

  await rename('Later')
  const { cursor } = await ben.marker('Account:7')
  const after = await server.sync.position()

  expect(positionOf(cursor)).toBeGreaterThan(positionOf(before?.cursor ?? '') as number)
  expect(positionOf(cursor)).toBeLessThanOrEqual(positionOf(after?.cursor ?? '') as number)
})

test('R1: what several props missed is told one by one, and no more than that', async () => {
  const page = await server.sync.position()
  await server.query(
    "update users set site_admin = false where id = 2; update users set name = 'Benno' where id = 2",
  )
  await rename('A')
  await rename('B')
  await server.sync.position()

  await ben.listen('User:2', page?.cursor)
  await ben.listen('Account:7', page?.cursor)

  expect(ben.markers).toEqual(['User:2 refresh profile', 'Account:7 refresh account'])
})

test('R1: a cursor that is none, of another secret, or of rows is answered without a hole', async () => {
  await ben.listen('Account:7', 'nonsense')
  await ben.listen('Account:7', 'abc~nonsense')
  await ben.join('Account:7/account_users')
  const rows = ben.messages.findLast(({ type }) => type === 'joined')?.cursor
  ben.send({ type: 'leave', channel: 'Account:7', want: 'markers' })
  await rename('Since the rows')
  await server.sync.position()

  await ben.listen('Account:7', rows)

  expect(ben.markers).toEqual(Array(3).fill('Account:7 refresh account'))
})

test('a pong is a cursor to continue from', async () => {
  await ben.listen('Account:7')
  await ben.markersOf(() => rename('Before the ping'), server)
  ben.send({ type: 'ping' })
  const { cursor } = await ben.next(({ type }) => type === 'pong')

  const back = await server.socket('ben')
  await back.listen('Account:7', cursor)

  expect(positionOf(cursor)).toBeGreaterThan(0)
  expect(back.markers).toEqual([])
})

test('both wants count for the limit of channels', async () => {
  const few = await startAccountsServer({ limits: { channelsPerConnection: 2 } })
  const cleo = await few.socket('cleo')
  await cleo.join('Account:8/members')
  await cleo.listen('Account:8/members')

  await expect(cleo.listen('Account:8')).rejects.toThrow('too_many_channels')
  await expect(cleo.join('Account:8/users')).rejects.toThrow('too_many_channels')
  cleo.send({ type: 'leave', channel: 'Account:8/members', want: 'markers' })
  await cleo.listen('Account:8')
  await few.close()
})

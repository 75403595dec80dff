/** The bytes of `actioncable-v1-json`, against a real PostgreSQL and over real sockets. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import WebSocket from 'ws'
import { positionOf } from '../../src/protocol/marker-cursor.ts'
import {
  accountIdentifier,
  type AccountsServer,
  IDENTIFIERS,
  isPing,
  RawCable,
  startAccountsServer,
} from './accounts-server.ts'

let server: AccountsServer
beforeAll(async () => {
  server = await startAccountsServer()
})
afterAll(() => server.close())

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('a cable is welcomed, and pinged every 3 seconds with the time in whole seconds', async () => {
  const cable = await server.cable('s-ben')

  await cable.next(isPing)

  expect(cable.socket.protocol).toBe('actioncable-v1-json')
  expect(cable.frames[0]).toBe('{"type":"welcome"}')
  expect(cable.frames.find(isPing)).toMatch(/^\{"type":"ping","message":\d{10}\}$/)
})

test('A1: a member is confirmed, others and unknown ids are rejected alike; the identifier comes back byte for byte', async () => {
  const cable = await server.cable('s-ben')
  const odd = '{ "id" : "1",\n "model":"\\u0041ccount", "channel":"SyncChannel", "extra":[1] }'
  const identifiers = [accountIdentifier(2), accountIdentifier(999), accountIdentifier('x y/%')]

  const answers = []
  for (const identifier of identifiers) answers.push(await cable.answerTo(identifier))

  expect(await cable.answerTo(odd)).toBe('confirm_subscription')
  expect(cable.frames).toContain(JSON.stringify({ identifier: odd, type: 'confirm_subscription' }))
  expect(answers).toEqual(identifiers.map(() => 'reject_subscription'))
  for (const identifier of identifiers)
    expect(cable.frames).toContain(JSON.stringify({ identifier, type: 'reject_subscription' }))
})

test('A3: every rejection leaves 25 ms after its command, whatever its reason', async () => {
  const cable = await server.cable('s-ben')
  const took: number[] = []

  for (const identifier of [
    accountIdentifier(2),
    accountIdentifier(999),
    '{"channel":"SyncChannel","model":"Nothing","id":"1"}',
    '{"channel":"SyncChannel","model":"Account"}',
    '{"channel":"Other"}',
  ]) {
    const beganMs = performance.now()
    await cable.answerTo(identifier)
    took.push(performance.now() - beganMs)
  }

  for (const ms of took) expect(ms).toBeGreaterThanOrEqual(25)
})

test('what lacks an id, or names an unknown model, collection or channel, is rejected', async () => {
  const cable = await server.cable('s-ana')
  const rejected = [
    { channel: 'SyncChannel', model: 'Account' },
    { channel: 'SyncChannel', model: 'Account', id: null },
    { channel: 'SyncChannel', model: 'Account', id: '' },
    { channel: 'SyncChannel', model: 'Account', id: ['1'] },
    { channel: 'SyncChannel', model: 'Account', id: '1', collection: 'nothing' },
    { channel: 'SyncChannel', model: 'Account', id: '1', collection: 7 },
    { channel: 'SyncChannel', model: 'account', id: '1' },
    { channel: 'SyncChannel', model: '__proto__', id: '1' },
    { channel: 'SyncChannel', id: '1' },
    { channel: 'ChatChannel' },
    {},
  ].map((params) => JSON.stringify(params))

  for (const identifier of [...rejected, 'no json', '[]', 'null', '"\ud800"'])
    expect(await cable.answerTo(identifier), identifier).toBe('reject_subscription')

  expect(await cable.answerTo('{"channel":"SyncChannel","model":"Account","id":1}')).toBe(
    'confirm_subscription',
  )
})

test('a repeated subscribe is confirmed again, and a marker still comes once', async () => {
  const cable = await server.cable('s-ben')
  const identifier = accountIdentifier(1)
  await cable.answerTo(identifier)

  await cable.answerTo(identifier, cable.frames.length)
  await server.query(`update accounts set name = 'Once' where id = 1`)
  await cable.next((frame) => frame.includes('"message":{"action"'))
  await pause(150)

  expect(cable.frames.filter((frame) => frame.includes('"message":{"action"'))).toEqual([
    JSON.stringify({ identifier, message: { action: 'refresh', prop: 'account' } }),
  ])
})

test('R1, R2: who subscribes from a cursor is told where it goes on, and beside each message its place; nobody else is', async () => {
  const cable = await server.cable('s-ben')
  const page = await server.sync.position()
  const params = { channel: 'SyncChannel', model: 'Account', id: '1' }
  const [plain, placed] = [JSON.stringify(params), JSON.stringify({ ...params, cursor: page?.cursor })]
  const confirmed = (identifier: string) => cable.next((frame) => frame.includes(JSON.stringify(identifier)))
  for (const identifier of [plain, placed]) await cable.answerTo(identifier)
  const confirmations = await Promise.all([plain, placed].map(confirmed))
  const from = cable.frames.length

  await server.query(`update accounts set plan = 'placed' where id = 1`)
  const later = await server.sync.position()
  const [first, second] = await Promise.all(
    [plain, placed].map((identifier) =>
      cable.next((frame) => !isPing(frame) && JSON.parse(frame).identifier === identifier, from),
    ),
  )

  const message = { action: 'refresh', prop: 'account' }
  const { cursor, ...others } = JSON.parse(second as string)
  expect(first).toBe(JSON.stringify({ identifier: plain, message }))
  expect(others).toEqual({ identifier: placed, message })
  expect(positionOf(cursor)).toBeGreaterThan(positionOf(page?.cursor) as number)
  expect(positionOf(cursor)).toBeLessThanOrEqual(positionOf(later?.cursor) as number)
  expect(confirmations[0]).toBe(JSON.stringify({ identifier: plain, type: 'confirm_subscription' }))
  const { cursor: begun } = JSON.parse(confirmations[1] as string)
  expect(positionOf(begun)).toBeLessThan(positionOf(cursor) as number)
  // Asked again, it says the same.
  const again = cable.frames.length
  await cable.answerTo(placed, again)
  expect(cable.frames.slice(again)).toContain(confirmations[1])
})

test('R1, R2: by identifier too, `subscribe_to` with a cursor tells what was missed, and places; from another cursor it begins anew', async () => {
  const cable = await server.cable('s-ben')
  const page = await server.sync.position()
  await cable.answerTo(IDENTIFIERS)
  const answers = (from: number) =>
    cable.frames.slice(from).flatMap((frame) => {
      const { message, cursor } = JSON.parse(frame)
      return isPing(frame) || !message ? [] : [{ message, hasPlace: positionOf(cursor) !== null }]
    })
  const subscribed = { message: { type: 'subscribed', identifier: 'Account:1' }, hasPlace: true }
  const updated = {
    message: { identifier: 'Account:1', action: 'update', timestamp: expect.any(Number) },
    hasPlace: true,
  }
  await server.query(`update accounts set plan = 'missed' where id = 1`)
  let from = cable.frames.length

  cable.perform('subscribe_to', { identifier: 'Account:1', cursor: page?.cursor })
  await expect.poll(() => answers(from)).toEqual([subscribed, updated])
  cable.perform('subscribe_to', { identifier: 'Account:1', cursor: page?.cursor })
  await expect.poll(() => answers(from)).toEqual([subscribed, updated, subscribed])
  const later = await server.sync.position()
  from = cable.frames.length
  cable.perform('subscribe_to', { identifier: 'Account:1', cursor: later?.cursor })
  await expect.poll(() => answers(from)).toEqual([subscribed])
  await server.query(`update accounts set plan = 'heard' where id = 1`)

  // Once: the subscription before it has ended.
  await cable.next((frame) => frame.includes('"update"'), from)
  await pause(150)
  expect(answers(from)).toEqual([subscribed, updated])
})

test('R3: messages are an action and a prop, for the record, its members, all, and a nested collection', async () => {
  const cable = await server.cable('s-ana')
  const [one, all, members] = [
    accountIdentifier(2),
    accountIdentifier('all'),
    JSON.stringify({ channel: 'SyncChannel', model: 'Account', id: '2', collection: 'account_users' }),
  ] as const
  for (const identifier of [one, all, members])
    expect(await cable.answerTo(identifier)).toBe('confirm_subscription')
  const from = cable.frames.length
  const messages = () =>
    cable.frames
      .slice(from)
      .filter((frame) => !isPing(frame))
      .map((frame) => JSON.parse(frame))
  const cameFor = (identifier: string) =>
    messages()
      .filter((message) => message.identifier === identifier)
      .map(({ message }) => JSON.stringify(message))

  await server.query(`update accounts set name = 'Renamed' where id = 2`)
  await cable.next((frame) => frame.includes('"accounts"'), from)
  await server.query(`update account_users set role = 'admin' where account_id = 2`)
  await cable.next((frame) => frame.includes('"account_users"}'), from)
  await server.query(`delete from accounts where id = 2`)
  await cable.next((frame) => frame.includes('"remove","prop":"accounts"'), from)
  // It is told to each channel on its own.
  await expect.poll(() => cameFor(one)).toContain('{"action":"remove","prop":"account"}')

  expect(cameFor(all)).toEqual([
    '{"action":"refresh","prop":"accounts"}',
    '{"action":"remove","prop":"accounts"}',
  ])
  expect(cameFor(one).slice(0, 2)).toEqual([
    '{"action":"refresh","prop":"account"}',
    '{"action":"refresh","prop":"account"}',
  ])
  expect(cameFor(members)[0]).toBe('{"action":"refresh","prop":"account_users"}')
})

test('identifiers are named one by one, answered, and told create, update and destroy with whole seconds', async () => {
  const cable = await server.cable('s-ana')
  await cable.answerTo(IDENTIFIERS)
  const answer = async (identifier: string) => {
    const from = cable.frames.length
    cable.perform('subscribe_to', { identifier })
    return JSON.parse(
      await cable.next((frame) => frame.includes(JSON.stringify(identifier).slice(1, -1)), from),
    )
  }

  const answers = [await answer('Account:all'), await answer('Account:12345'), await answer('nothing')]
  await server.query(`insert into accounts (id, name) values (50, 'Fifty')`)
  const created = await cable.next((frame) => frame.includes('"create"'))
  await server.query(`update accounts set plan = 'paid' where id = 50`)
  const updated = await cable.next((frame) => frame.includes('"update"'))
  await server.query(`delete from accounts where id = 50`)
  const destroyed = await cable.next((frame) => frame.includes('"destroy"'))
  cable.perform('unsubscribe_from', { identifier: 'Account:all' })
  // What is answered later was read later.
  await cable.answerTo(accountIdentifier(12345), cable.frames.length)
  const from = cable.frames.length
  await server.query(`insert into accounts (name) values ('Unheard')`)
  await pause(150)

  expect(answers).toEqual([
    { identifier: IDENTIFIERS, message: { type: 'subscribed', identifier: 'Account:all' } },
    {
      identifier: IDENTIFIERS,
      message: { type: 'error', identifier: 'Account:12345', error: 'Unauthorized' },
    },
    { identifier: IDENTIFIERS, message: { type: 'error', identifier: 'nothing', error: 'Unauthorized' } },
  ])
  for (const [frame, action] of [
    [created, 'create'],
    [updated, 'update'],
    [destroyed, 'destroy'],
  ] as const) {
    expect(frame).toMatch(
      new RegExp(
        `^\\{"identifier":"\\{\\\\"channel\\\\":\\\\"SyncChannel\\\\"\\}","message":\\{"identifier":"Account:all","action":"${action}","timestamp":\\d{10}\\}\\}$`,
      ),
    )
  }
  expect(cable.frames.slice(from).filter((frame) => !isPing(frame))).toEqual([])
})

test('an identifier that is left before it was answered is answered all the same', async () => {
  const cable = await server.cable('s-ana')
  await cable.answerTo(IDENTIFIERS)
  const from = cable.frames.length

  cable.perform('subscribe_to', { identifier: 'Account:all' })
  cable.perform('unsubscribe_from', { identifier: 'Account:all' })
  const answer = await cable.next((frame) => frame.includes('Account:all'), from)
  cable.perform('subscribe_to', { identifier: 'Account:all' })
  await cable.next((frame) => frame.includes('"subscribed"'), from)
  cable.perform('unsubscribe_from', { identifier: 'Account:all' })
  cable.perform('subscribe_to', { identifier: 'nothing' })
  await cable.next((frame) => frame.includes('nothing'), from)

  expect(JSON.parse(answer)).toEqual({
    identifier: IDENTIFIERS,
    message: { type: 'error', identifier: 'Account:all', error: 'Unsubscribed' },
  })
  // Whoever was answered before hears nothing of it.
  expect(cable.frames.slice(from).filter((frame) => frame.includes('"error"'))).toHaveLength(2)
})

test('a cable without a user is taken, told unauthorized without reconnect, and closed', async () => {
  const nobody = await server.cable()
  const forged = await server.cable(undefined, {
    ...server.headersOf('s-ben'),
    cookie: 'session=s-ben.forged',
  })

  await Promise.all([nobody.closed, forged.closed])

  for (const cable of [nobody, forged])
    expect(cable.frames).toEqual(['{"type":"disconnect","reason":"unauthorized","reconnect":false}'])
})

test('a cookie counts only with an allowed origin', async () => {
  const { cookie = '' } = server.headersOf('s-ben')
  const foreign: Record<string, string>[] = [
    { cookie },
    { cookie, origin: 'null' },
    { cookie, origin: 'http://evil.example' },
    { cookie, origin: `http://127.0.0.1:${server.port}.evil.example` },
    { cookie, origin: `http://localhost:${server.port}` },
  ]

  for (const headers of foreign) {
    const cable = await server.cable(undefined, headers)
    await cable.closed
    expect(cable.frames, headers['origin']).toEqual([
      '{"type":"disconnect","reason":"foreign_origin","reconnect":false}',
    ])
  }
})

test('A2: a deleted session ends its cable with unauthorized, and nothing comes after', async () => {
  await server.query(`insert into sessions values ('s-short', 2)`)
  const cable = await server.cable('s-short')
  await cable.answerTo(accountIdentifier(1))

  await server.query(`delete from sessions where id = 's-short'`)
  await cable.closed

  expect(cable.frames.at(-1)).toBe('{"type":"disconnect","reason":"unauthorized","reconnect":false}')
})

test('A2: whose rights may be others is told to come back, and comes back with the new ones', async () => {
  await server.query("insert into users (id, name, site_admin) values (9, 'Dora', true)")
  await server.query("insert into sessions values ('s-dora', 9)")
  const cable = await server.cable('s-dora')
  expect(await cable.answerTo(accountIdentifier('all'))).toBe('confirm_subscription')

  await server.query('update users set site_admin = false where id = 9')
  const code = await cable.closed
  const again = await server.cable('s-dora')

  expect(code).toBe(1000)
  expect(cable.frames.at(-1)).toBe('{"type":"disconnect","reason":"remote","reconnect":true}')
  expect(await again.answerTo(accountIdentifier('all'))).toBe('reject_subscription')
})

test('A2: a lost membership rejects the subscription, and tells nothing of what comes after', async () => {
  const cable = await server.cable('s-ben')
  const identifier = accountIdentifier(3)
  await cable.answerTo(identifier)
  await cable.answerTo(IDENTIFIERS)
  cable.perform('subscribe_to', { identifier: 'Account:3' })
  await cable.next((frame) => frame.includes('"subscribed"'))
  const from = cable.frames.length

  await server.query(
    `begin; delete from account_users where account_id = 3; update accounts set name = 'Secret' where id = 3; commit`,
  )
  await cable.next((frame) => frame.includes('reject_subscription'), from)
  await cable.next((frame) => frame.includes('Unauthorized'), from)
  await server.query(`update accounts set name = 'More' where id = 3`)
  await pause(200)

  const came = cable.frames.slice(from).filter((frame) => !isPing(frame))
  expect(came.sort()).toEqual([
    JSON.stringify({ identifier, type: 'reject_subscription' }),
    JSON.stringify({
      identifier: IDENTIFIERS,
      message: { type: 'error', identifier: 'Account:3', error: 'Unauthorized' },
    }),
  ])
  expect(await cable.answerTo(identifier, from + 2)).toBe('reject_subscription')
})

test('A2: a member of a deleted account hears of the removal before the rejection, a former member only of that', async () => {
  await server.query(
    `insert into accounts (id, name) values (60, 'Sixty'), (61, 'Sixty-one');
     insert into account_users (account_id, user_id, role) values (60, 2, 'owner'), (61, 2, 'owner')`,
  )
  const cable = await server.cable('s-ben')
  const [deleted, left] = [accountIdentifier(60), accountIdentifier(61)] as const
  expect([await cable.answerTo(deleted), await cable.answerTo(left)]).not.toContain('reject_subscription')
  const from = cable.frames.length

  const rejected = (identifier: string) =>
    cable.next((frame) => frame === JSON.stringify({ identifier, type: 'reject_subscription' }), from)
  await server.query('delete from account_users where account_id = 61')
  await rejected(left)
  // The right to the other is asked for again as well: until it is known, nobody can say that he had it to the end.
  await server.query("update accounts set name = 'Still his' where id = 60")
  await cable.next((frame) => frame.includes('"message"') && frame.includes(JSON.stringify(deleted)), from)
  await server.query('delete from accounts where id in (60, 61)')
  await rejected(deleted)
  await pause(100)

  const came = (identifier: string) =>
    cable.frames
      .slice(from)
      .map((frame) => JSON.parse(frame))
      .filter((frame) => frame.identifier === identifier)
      .map(({ type, message }) => type ?? message.action)
  expect(came(deleted).slice(-2)).toEqual(['remove', 'reject_subscription'])
  expect(came(left)).not.toContain('remove')
  expect(came(left).at(-1)).toBe('reject_subscription')
})

test('an unsubscribe ends the markers, also one that comes before its subscribe was answered', async () => {
  const cable = await server.cable('s-ben')
  const identifier = accountIdentifier(1)
  cable.subscribe(identifier)
  cable.send({ command: 'unsubscribe', identifier })
  await cable.answerTo(IDENTIFIERS)
  await pause(100)

  const from = cable.frames.length
  await server.query(`update accounts set name = 'Quiet' where id = 1`)
  await pause(150)

  expect(cable.frames.slice(from).filter((frame) => !isPing(frame))).toEqual([])
})

test('sync turned off rejects what is subscribed and what is asked for, and leaves the cable alone', async () => {
  const cable = await server.cable('s-ben')
  const identifier = accountIdentifier(1)
  await cable.answerTo(identifier)
  const from = cable.frames.length

  server.sync.enable(false)
  await cable.next((frame) => frame.includes('reject_subscription'), from)
  // A ping may have come between.
  const again = await cable.answerTo(identifier, cable.frames.length)
  server.sync.enable((user) => user.id === '2')
  const allowed = await cable.answerTo(identifier, cable.frames.length)
  server.sync.enable(true)

  expect(again).toBe('reject_subscription')
  expect(cable.frames.some((frame) => frame.includes('"code":"disabled"'))).toBe(true)
  expect(allowed).toBe('confirm_subscription')
})

test('the path is configurable, a path that is nobody’s is refused, and a restart says that the client may come back', async () => {
  const other = await startAccountsServer({ cablePath: '/live/cable' })
  const headers = other.headersOf('s-ben')
  const statusOf = (path: string) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${other.port}${path}`, { headers })
      socket.on('open', () => resolve(101))
      socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode))
      socket.on('error', () => {})
    })
  const cable = new RawCable(other.port, headers, '/live/cable')
  await cable.next((frame) => frame.includes('welcome'))

  const statuses = [await statusOf('/live/cable'), await statusOf('/cable'), await statusOf('/')]
  await other.sync.close()
  const code = await cable.closed
  await other.close()

  expect(statuses).toEqual([101, 404, 404])
  expect(cable.frames.at(-1)).toBe('{"type":"disconnect","reason":"server_restart","reconnect":true}')
  expect(code).toBe(1012)
})

test('open cables are counted while they are open, by the metric syncline_cable_connections', async () => {
  const count = () =>
    server.sync.metrics
      .read()
      .find(({ name }) => name === 'syncline_cable_connections')
      ?.values.get('')
  const before = count() as number
  const cables = [await server.cable('s-ben'), await server.cable('s-ana')]
  expect(count()).toBe(before + 2)

  cables[0]?.socket.close()
  await cables[0]?.closed
  await expect.poll(count).toBe(before + 1)
  cables[1]?.socket.terminate()

  await expect.poll(count).toBe(before)
})

test.each([
  ['/cable', 'actioncable-v1-json'],
  ['/sync', 'syncline.v1'],
])('%s: a client that offers to compress frames gets none compressed', async (path, protocol) => {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, [protocol], {
    perMessageDeflate: true,
    headers: server.headersOf('s-ben'),
  })
  let answer: Readonly<Record<string, unknown>> = {}
  socket.once('upgrade', ({ headers }) => (answer = headers))

  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))

  expect(answer['sec-websocket-protocol']).toBe(protocol)
  expect(answer['sec-websocket-extensions']).toBeUndefined()
  expect(socket.extensions).toBe('')
  socket.terminate()
})

test('R1: a database that fails while a cable subscribes is no refusal: the answer says when to ask again, and then it is confirmed', async () => {
  const cable = await server.cable('s-ben')
  const text = 'The database does not answer. Subscribe again in a moment.'
  const identifier = accountIdentifier(1)
  cable.subscribe(IDENTIFIERS)
  await cable.next((frame) => frame.includes('confirm_subscription'))
  const told = (frame: string) => cable.next((each) => each === frame)

  // What the rule reads is not there: every check of it fails in the database.
  await server.query('alter table account_users rename to account_users_gone')
  try {
    cable.subscribe(identifier)
    await told(
      JSON.stringify({
        type: 'error',
        identifier: '',
        code: 'unavailable',
        error: text,
        retryAfterMs: 1_000,
      }),
    )
    cable.perform('subscribe_to', { identifier: 'Account:1' })
    const message = { type: 'error', identifier: 'Account:1', error: text, retryAfterMs: 1_000 }
    await told(JSON.stringify({ identifier: IDENTIFIERS, message }))
  } finally {
    await server.query('alter table account_users_gone rename to account_users')
  }
  const confirmed = await cable.answerTo(identifier, cable.frames.length)
  cable.perform('subscribe_to', { identifier: 'Account:1' })

  await told(
    JSON.stringify({ identifier: IDENTIFIERS, message: { type: 'subscribed', identifier: 'Account:1' } }),
  )
  expect(confirmed).toBe('confirm_subscription')
  expect(server.warnings).toContain('A channel could not be subscribed to.')
})

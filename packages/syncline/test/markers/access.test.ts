/** Who may hear of what: refusals, and rights that end. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AccountsServer, startAccountsServer } from './accounts-server.ts'

let server: AccountsServer
beforeAll(async () => {
  // Long, so that whoever loses a right loses it by the change that took it, not by the next check of all.
  server = await startAccountsServer({ limits: { recheckMs: 3_600_000 } })
})
afterAll(() => server.close())

test('A1: members hear of their account and its collections, the site admin of all', async () => {
  const ben = await server.socket('ben')
  const ana = await server.socket('ana')

  await ben.listen('Account:7')
  await ben.listen('Account:7/members')
  await ben.listen('AccountUser:70')
  await ben.listen('User:2')
  await ana.listen('Account:all')
  await ana.listen('Account:8')
})

test('A3: unknown, missing, malformed and forbidden are one answer, not sooner than after 25 ms', async () => {
  const ben = await server.socket('ben')
  const answers = new Map<string, string>()
  const refused = [
    'Account:8',
    'Account:999',
    'Account:nonsense',
    'Account:07',
    'Account:all',
    'Account:8/members',
    'Account:7/nothing',
    'AccountUser:all',
    'Note:all',
    'Nothing:7',
    'Nothing:all',
    'no channel',
    '__proto__:7',
  ]

  for (const channel of refused) {
    const from = ben.frames.length
    const sentAtMs = performance.now()
    ben.send({ type: 'join', channel, want: 'markers' })
    await ben.next((message) => message.channel === channel, from)
    // Timers and the clock of this process may differ by a millisecond.
    expect(performance.now() - sentAtMs).toBeGreaterThan(23)
    answers.set(channel, (ben.frames[from] as string).replace(JSON.stringify(channel), '…'))
  }

  expect(new Set(answers.values()).size).toBe(1)
  expect([...answers.values()][0]).toContain('"not_found"')
})

test('A1: whoever was refused hears nothing of it afterwards', async () => {
  const ben = await server.socket('ben')
  await expect(ben.listen('Account:8')).rejects.toThrow('not_found')

  const marked = await ben.markersOf(
    () => server.query("update accounts set name = 'Secret' where id = 8"),
    server,
  )

  expect(marked).toEqual([])
})

test('A2: a lost membership ends the subscription, and nothing of the same transaction is told', async () => {
  await server.query('insert into account_users (id, account_id, user_id) values (83, 8, 2)')
  const ben = await server.socket('ben')
  await ben.listen('Account:8')
  await ben.listen('Account:8/members')
  await ben.flush(server)
  const from = ben.messages.length

  await server.query(
    "begin; delete from account_users where id = 83; update accounts set name = 'After' where id = 8; commit",
  )
  await ben.next(({ type, channel }) => type === 'gone' && channel === 'Account:8', from)
  await ben.next(({ type, channel }) => type === 'gone' && channel === 'Account:8/members', from)
  await server.query("update accounts set name = 'Later' where id = 8")
  await ben.flush(server)

  const told = ben.messages.slice(from).filter(({ channel }) => String(channel).startsWith('Account'))
  expect(told.map(({ type }) => type)).toEqual(['gone', 'gone'])
})

test('A2: a deleted session ends its connection, with all it listened to', async () => {
  await server.query("insert into sessions values ('short', 2)")
  const short = await server.socket('short')
  const ben = await server.socket('ben')
  await short.listen('Account:7')
  await ben.listen('Account:7')

  await server.query("delete from sessions where id = 'short'")
  await short.next(({ type }) => type === 'bye')
  const marked = await ben.markersOf(
    () => server.query("update accounts set name = 'Still' where id = 7"),
    server,
  )

  expect(short.messages.at(-1)).toMatchObject({ type: 'bye', code: 'session_ended', reconnect: false })
  expect(marked).toEqual(['Account:7 refresh account'])
})

test('a deleted record is removed and then gone, and cannot be joined again', async () => {
  await server.query(
    "insert into accounts (id, name) values (30, 'Brief'); insert into account_users (account_id, user_id) values (30, 2)",
  )
  const ben = await server.socket('ben')
  await ben.listen('Account:30')

  const marked = await ben.markersOf(() => server.query('delete from accounts where id = 30'), server)

  expect({
    marked,
    gone: ben.messages.filter(({ type }) => type === 'gone').map(({ channel }) => channel),
  }).toEqual({
    marked: ['Account:30 remove account'],
    gone: ['Account:30'],
  })
  await expect(ben.listen('Account:30')).rejects.toThrow('not_found')
})

test('A2: who is no longer site admin hears no more of all accounts', async () => {
  await server.query(
    "insert into users (id, name, site_admin) values (9, 'Dora', true); insert into sessions values ('dora', 9)",
  )
  const dora = await server.socket('dora')
  await dora.listen('Account:all')
  await dora.listen('Account:7')
  await dora.listen('User:9')

  await server.query('update users set site_admin = false where id = 9')
  await dora.next(({ type, channel }) => type === 'gone' && channel === 'Account:all')
  await dora.next(({ type, channel }) => type === 'gone' && channel === 'Account:7')
  const marked = await dora.markersOf(
    () =>
      server.query(
        "update accounts set name = 'Unheard' where id = 7; update users set name = 'D' where id = 9",
      ),
    server,
  )

  expect(marked).toEqual(['User:9 refresh profile'])
  await expect(dora.listen('Account:all')).rejects.toThrow('not_found')
})

/** Which channels a committed change marks, whoever wrote it: everything here is written as psql writes it. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { positionOf } from '../../src/protocol/marker-cursor.ts'
import { type AccountsServer, type MarkerSocket, startAccountsServer } from './accounts-server.ts'

let server: AccountsServer
/** Listens to everything that the site admin may hear of. */
let ana: MarkerSocket
beforeAll(async () => {
  server = await startAccountsServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  await server.query(`delete from accounts where id > 8; delete from users where id > 3; delete from account_users where id not in (70, 80);
    insert into account_users (id, account_id, user_id) values (70, 7, 2), (80, 8, 3)
      on conflict (id) do update set account_id = excluded.account_id, role = excluded.role`)
  ana = await server.socket('ana')
  for (const channel of [
    'Account:all',
    'Account:7',
    'Account:8',
    'Account:7/account_users',
    'Account:7/members',
    'Account:7/users',
    'Account:8/users',
    'Account:7/notes',
    'Account:8/account_users',
    'AccountUser:70',
  ])
    await ana.listen(channel)
  // What was written above may be marked only now.
  await ana.flush(server)
})

const markersOf = async (sql: string) => (await ana.markersOf(() => server.query(sql), server)).sort()

test('a create marks the collection of all, with the prop of the collection', async () => {
  expect(await markersOf("insert into accounts (id, name) values (9, 'New')")).toEqual([
    'Account:all refresh accounts',
  ])
})

test('an update marks the record and the collection, once for many statements of one transaction', async () => {
  expect(
    await markersOf(
      "begin; update accounts set name = 'A' where id = 7; update accounts set plan = 'pro' where id = 7; commit",
    ),
  ).toEqual(['Account:7 refresh account', 'Account:all refresh accounts'])
})

test('a bulk update marks each channel once', async () => {
  await server.query("insert into accounts (name) select 'Bulk ' || n from generate_series(1, 3000) n")
  await ana.flush(server)

  expect(await markersOf("update accounts set plan = 'bulk'")).toEqual([
    'Account:7 refresh account',
    'Account:8 refresh account',
    'Account:all refresh accounts',
  ])
})

test('a rolled back transaction marks nothing, and neither does an update that changes no value', async () => {
  expect(
    await markersOf(
      "begin; update accounts set name = 'Never' where id = 7; rollback; update accounts set plan = plan where id = 7",
    ),
  ).toEqual([])
})

test('a child marks its parent and the nested collection by either name, not the collection of all', async () => {
  expect(await markersOf("update account_users set role = 'boss' where id = 70")).toEqual([
    'Account:7 refresh account',
    'Account:7/account_users refresh account_users',
    'Account:7/members refresh account_users',
    'Account:7/users refresh account_users',
    'AccountUser:70 refresh account_user',
  ])
})

test('a child that moves marks its old parent and its new one', async () => {
  expect(await markersOf('update account_users set account_id = 8 where id = 70')).toEqual([
    'Account:7 refresh account',
    'Account:7/account_users refresh account_users',
    'Account:7/members refresh account_users',
    'Account:7/users refresh account_users',
    'Account:8 refresh account',
    'Account:8/account_users refresh account_users',
    'Account:8/users refresh account_users',
    'AccountUser:70 refresh account_user',
  ])
})

test('a deleted child is removed itself and refreshes its parent', async () => {
  const marked = await markersOf('delete from account_users where id = 70')

  expect(marked).toContain('Account:7 refresh account')
  expect(marked).toContain('Account:7/account_users refresh account_users')
  expect(ana.messages.findLast(({ channel }) => channel === 'AccountUser:70')).toMatchObject({ type: 'gone' })
})

test('an association on whose change a model broadcasts is marked in its collection only', async () => {
  expect(await markersOf("insert into notes (account_id, body) values (7, 'Hello')")).toEqual([
    'Account:7/notes refresh notes',
  ])
})

test('a to-many association marks each record it reaches, and its collection', async () => {
  await server.query('insert into account_users (account_id, user_id) values (8, 2)')
  await ana.flush(server)

  expect(await markersOf("update users set name = 'Benjamin' where id = 2")).toEqual([
    'Account:7 refresh account',
    'Account:7/users refresh users',
    'Account:8 refresh account',
    'Account:8/users refresh users',
  ])
})

test('after a cascade the records that were reached are still found', async () => {
  await server.query(
    "insert into users (id, name) values (4, 'Dora'); insert into account_users (id, account_id, user_id) values (74, 7, 4)",
  )
  await ana.flush(server)

  const marked = await markersOf('delete from users where id = 4')

  expect(marked).toContain('Account:7/users refresh users')
  expect(marked).toContain('Account:7 refresh account')
  expect(marked.filter((marker) => marker.startsWith('Account:8'))).toEqual([])
})

test('a deleted record that everybody is told of removes, also when it was changed before: remove beats refresh', async () => {
  await server.query("insert into accounts (id, name) values (9, 'Brief')")
  await ana.flush(server)

  expect(
    await markersOf(
      "begin; update accounts set name = 'B' where id = 9; update accounts set name = 'C' where id = 7; delete from accounts where id = 9; commit",
    ),
  ).toEqual(['Account:7 refresh account', 'Account:all remove accounts'])
})

test('marking goes one hop: the account of a note does not mark the collection of all', async () => {
  const marked = await markersOf(
    "insert into notes (account_id, body) values (7, 'One hop'); update users set name = name || '!' where id = 2",
  )

  expect(marked.filter((marker) => marker.startsWith('Account:all'))).toEqual([])
})

test('TRUNCATE of a table marks what shows its records', async () => {
  expect(await markersOf('truncate notes')).toEqual(
    ['Account:7', 'Account:7/account_users', 'Account:7/members', 'Account:7/notes', 'Account:7/users']
      .concat(['Account:8', 'Account:8/account_users', 'Account:8/users', 'Account:all'])
      .map((channel) => `${channel} refresh ${PROPS[channel.split('/')[1] ?? channel.replace(/\d/, '')]}`),
  )
})

const PROPS: Record<string, string> = {
  'Account:': 'account',
  'Account:all': 'accounts',
  account_users: 'account_users',
  members: 'account_users',
  notes: 'notes',
  users: 'users',
}

test('a prop that hangs on a field is named only when that field changed; the channel is marked all the same', async () => {
  const ben = await server.socket('ben')
  await ben.listen('User:2')

  const other = await ben.markersOf(
    () => server.query('update users set site_admin = not site_admin where id = 2'),
    server,
  )
  const named = await ben.markersOf(() => server.query("update users set name = 'B' where id = 2"), server)
  await server.query('update users set site_admin = false where id = 2')

  expect({ other, named }).toEqual({ other: ['User:2 refresh '], named: ['User:2 refresh profile'] })
})

test('R3: no value of a record travels in any frame', async () => {
  const secret = 'S3CRET-VALUE'
  await ana.markersOf(
    () =>
      server.query(`insert into accounts (id, name) values (9, '${secret}'); insert into users (id, name) values (5, '${secret}');
        insert into account_users (account_id, user_id, role) values (7, 5, '${secret}'); update accounts set plan = '${secret}' where id = 7;
        insert into notes (account_id, body) values (7, '${secret}'); delete from accounts where id = 9; delete from users where id = 5`),
    server,
  )

  const frames = ana.frames.join('\n')
  expect(ana.markers.length).toBeGreaterThan(5)
  expect(frames).not.toContain(secret)
  const keys = ana.messages.filter(({ type }) => type === 'marker').flatMap((message) => Object.keys(message))
  expect(new Set(keys)).toEqual(new Set(['type', 'channel', 'action', 'prop', 'cursor']))
})

test('L3: an open transaction delays no marker but its own', async () => {
  const slow = await server.database.connect()
  await slow.query("begin; update accounts set name = 'Slow' where id = 8")

  const page = await server.sync.position()
  const began = ana.messages.length
  const meanwhile = await markersOf("update accounts set name = 'Quick' where id = 7")
  const quick = await ana.marker('Account:7', began)
  const from = ana.messages.length
  await slow.query('commit')
  const own = await ana.marker('Account:8', from)

  expect(meanwhile).toEqual(['Account:7 refresh account', 'Account:all refresh accounts'])
  // Neither a page that was read before the quick one shows it, though the slow one was open then,
  expect(positionOf(quick.cursor)).toBeGreaterThan(positionOf(page?.cursor) as number)
  // nor one that shows the quick one shows the slow one, though that began first.
  expect(positionOf(own.cursor)).toBeGreaterThan(positionOf(quick.cursor) as number)
})

test("a user's own list is marked by its records, by those that come or go, and by no others", async () => {
  const ben = await server.socket('ben')
  await ben.listen('Account:mine')
  const marked = (sql: string) => ben.markersOf(() => server.query(sql), server)

  const own = await marked("update accounts set name = 'Mine' where id = 7")
  const foreign = await marked(
    "update accounts set name = 'Not mine' where id = 8; insert into accounts (name) values ('Neither')",
  )
  const comes = await marked('insert into account_users (id, account_id, user_id) values (81, 8, 2)')
  const both = await marked(
    "begin; update account_users set role = 'x' where id = 80; update accounts set name = 'Both' where id = 8; commit",
  )
  const goes = await marked('delete from account_users where id = 81')
  const gone = await marked("update accounts set name = 'Not mine' where id = 8")

  const once = ['Account:mine refresh accounts']
  expect({ own, foreign, comes, both, goes, gone }).toEqual({
    own: once,
    foreign: [],
    comes: once,
    both: once,
    goes: once,
    gone: [],
  })
})

test('R1: a list that changed between page and subscription is told of, and an unchanged one is not', async () => {
  const ben = await server.socket('ben')
  const page = await server.sync.position()

  await server.query("update accounts set name = 'Other' where id = 8")
  await server.sync.position()
  await ben.listen('Account:mine', page?.cursor)
  const before = [...ben.markers]
  await server.query("update accounts set name = 'Own' where id = 7")
  await server.sync.position()
  const again = await server.socket('ben')
  await again.listen('Account:mine', page?.cursor)

  expect([before, again.markers]).toEqual([[], ['Account:mine refresh accounts']])
})

/** What `sync.explain` answers: which models broadcast to what, who may subscribe and why not, who is connected. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Broadcast } from '../../src/server/index.ts'
import {
  accountIdentifier,
  type AccountsServer,
  IDENTIFIERS,
  startAccountsServer,
} from '../action-cable/accounts-server.ts'
import { RawClient } from '../server/stage-server.ts'

let server: AccountsServer
beforeAll(async () => {
  server = await startAccountsServer()
})
afterAll(() => server.close())

const ana = { id: '1', name: 'Ana', siteAdmin: true }
const ben = { id: '2', name: 'Ben', siteAdmin: false }

test('says which channels a model broadcasts to, with which action and prop', () => {
  const { explain } = server.sync

  expect(explain.broadcasts('account')).toEqual([
    { model: 'account', channel: 'Account:{id}', on: 'create or update', action: 'refresh', prop: 'account' },
    { model: 'account', channel: 'Account:{id}', on: 'delete', action: 'remove', prop: 'account' },
    { model: 'account', channel: 'Account:all', on: 'create or update', action: 'refresh', prop: 'accounts' },
    { model: 'account', channel: 'Account:all', on: 'delete', action: 'remove', prop: 'accounts' },
  ])
  expect(explain.broadcasts('AccountUser').map(({ channel, prop }) => [channel, prop])).toEqual([
    ['AccountUser:{id}', 'account_user'],
    ['AccountUser:{id}', 'account_user'],
    ['Account:{id}', 'account'],
    ['Account:{id}/account_users', 'account_users'],
  ])
  expect(explain.broadcasts().map(({ model }) => model)).toContain('user')
  expect(() => explain.broadcasts('acount')).toThrow('Did you mean `account`?')
})

test('names the rule that lets a user subscribe', async () => {
  const { explain } = server.sync

  const answers = await Promise.all([
    explain.mayRead(ben, 'Account:1'),
    explain.mayRead(ben, 'Account:1/account_users'),
    explain.mayRead(ben, 'AccountUser:1'),
    explain.mayRead(ana, 'Account:all'),
    explain.mayRead(ben, 'Account:mine'),
  ])

  expect(answers.map(({ mayRead, rule }) => [mayRead, rule])).toEqual([
    [true, 'access.account.accessibleBy'],
    [true, 'access.account.accessibleBy'],
    [true, 'access.account.accessibleBy (by `account_id`)'],
    [true, 'access.account.all'],
    [true, 'name'],
  ])
})

test('names the rule or the step that said no, with fact, value and remedy', async () => {
  const { explain } = server.sync
  const cases: [string, string, string][] = [
    ['Account:2', 'access.account.accessibleBy', '`exists (select 1 from account_users m where'],
    ['AccountUser:2', 'access.account.accessibleBy (by `account_id`)', 'does not hold for record `2`'],
    ['Account:all', 'access.account.all', 'all: (user) => user.siteAdmin === true'],
    ['User:1', 'access.user', 'has no reading rule, so nobody reads it'],
    ['Account:999', 'record', 'Table `accounts` has no record with id `999`'],
    ['Account:abc', 'id', 'whose ids are of type bigint'],
    ['Account:1/members', 'collection', 'has no collection `members`'],
    ['Acount:1', 'model', 'Did you mean `Account`?'],
    ['account:1', 'name', 'is not a channel’s name'],
    ['Account', 'name', 'is not a channel’s name'],
  ]

  for (const [channel, rule, because] of cases) {
    const answer = await explain.mayRead(ben, channel)

    expect(answer, channel).toMatchObject({ mayRead: false, rule })
    expect(answer.because, channel).toContain(because)
  }
  expect((await explain.mayRead(ben, 'Account:2')).because).toContain('with ["2"]')
})

test('says when sync is turned off for the user', async () => {
  server.sync.enable((user) => user.id !== '2')

  const answer = await server.sync.explain.mayRead(ben, 'Account:1')
  server.sync.enable(true)

  expect(answer).toMatchObject({ mayRead: false, rule: 'enabled' })
})

test('lists connections of both wires with their channels', async () => {
  const cable = await server.cable('s-ben')
  await cable.answerTo(accountIdentifier(1))
  await cable.answerTo(accountIdentifier(2))
  await cable.answerTo(IDENTIFIERS)
  cable.perform('subscribe_to', { identifier: 'Account:3' })
  await cable.next((frame) => frame.includes('"subscribed"'))
  const native = new RawClient(server.port, server.headersOf('s-ana'))
  await native.opened
  native.send({ type: 'hello', protocol: 1, device: 'a device', schema: 1 })
  native.send({ type: 'join', channel: 'Account:all', want: 'markers' })
  await native.next(({ type }) => type === 'joined')

  const connections = server.sync.explain.connections()
  native.terminate()

  expect(connections).toContainEqual({
    user: '2',
    wire: 'cable',
    address: '127.0.0.1',
    isOpen: true,
    rows: [],
    markers: ['Account:1', 'Account:3'],
  })
  expect(connections).toContainEqual({
    user: '1',
    wire: 'sync',
    address: '127.0.0.1',
    isOpen: true,
    rows: [],
    markers: ['Account:all'],
  })
})

test('shows every broadcast, also one that nobody has subscribed to', async () => {
  const seen: Broadcast[] = []
  const stop = server.sync.explain.onBroadcast((broadcast) => seen.push(broadcast))

  await server.query(`update account_users set role = 'guest' where id = 2`)
  await server.sync.position()
  stop()
  await server.query(`update accounts set name = 'Unseen' where id = 2`)
  await server.sync.position()

  expect(seen).toContainEqual({
    channel: 'AccountUser:2',
    action: 'refresh',
    props: ['account_user'],
    record: 'update',
  })
  expect(seen.map(({ channel }) => channel)).toEqual(
    expect.arrayContaining(['Account:2', 'Account:2/account_users']),
  )
  expect(seen.some(({ channel }) => channel === 'Account:all')).toBe(false)
})

/** The published test kit of the refresh step, used as the reference's Rails tests are written. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordedPage, refreshKit, type RefreshKit } from '../../src/testing/index.ts'
import { type AccountsServer, startAccountsServer } from '../action-cable/accounts-server.ts'

let server: AccountsServer
let kit: RefreshKit
beforeAll(async () => {
  server = await startAccountsServer()
  kit = refreshKit(server.sync)
})
afterAll(() => server.close())

const ana = { id: '1', name: 'Ana', siteAdmin: true }
const ben = { id: '2', name: 'Ben', siteAdmin: false }

describe('a model that broadcasts', () => {
  test('broadcasts to itself on update', async () => {
    await kit.expectBroadcast('Account:1', { action: 'refresh', prop: 'account' }, () =>
      server.query(`update accounts set name = 'New Name' where id = 1`),
    )
  })

  test('broadcasts to all for admins, on create too', async () => {
    await kit.expectBroadcast('Account:all', { action: 'refresh', prop: 'accounts' }, () =>
      server.query(`insert into accounts (name) values ('Test Account')`),
    )
  })

  test('broadcasts to its parent when it is nested', async () => {
    await kit.expectBroadcast('Account:1', { action: 'refresh', prop: 'account' }, () =>
      server.query(`update account_users set role = 'admin' where account_id = 1`),
    )
  })

  test('a pattern stands for any record, and actions may be those of identifiers', async () => {
    const created = await kit.expectBroadcast(/^Account:\d+$/, { action: 'create' }, () =>
      server.query(`insert into accounts (name) values ('Another')`),
    )
    await kit.expectBroadcast(created.channel, { action: 'destroy' }, () =>
      server.query('delete from accounts where id = $1', [created.channel.split(':')[1]]),
    )
  })

  test('a broadcast that does not come is reported with what came instead', async () => {
    const work = () => server.query(`update account_users set role = 'owner' where account_id = 1`)

    await expect(kit.expectBroadcast('Account:2', { action: 'remove', prop: 'x' }, work)).rejects.toThrow(
      /No broadcast to Account:2 with action `remove` and prop `x` came: .*`Account:1` \(refresh of account/,
    )
    await expect(kit.expectBroadcast(/./, {}, () => {})).rejects.toThrow('nothing at all did')
  })

  test('nothing is broadcast where nothing is expected, and what is not expected is reported', async () => {
    const setPlan = (plan: string) => () => server.query('update accounts set plan = $1 where id = 2', [plan])

    await kit.expectNoBroadcast('Account:1', setPlan('paid'))
    await expect(kit.expectNoBroadcast(/Account:2/, setPlan('free'))).rejects.toThrow('`Account:2`')
  })

  test('what fails in the work is what fails in the test', async () => {
    await expect(
      kit.expectBroadcast('Account:1', {}, () => Promise.reject(new Error('its own mistake'))),
    ).rejects.toThrow('its own mistake')
  })
})

describe('SyncChannel', () => {
  test('subscribes to an accessible account', async () => {
    const subscription = await kit.connectAs(ben).subscribe({ model: 'Account', id: '1' })

    expect(subscription.isConfirmed).toBe(true)
    expect(subscription.streams).toEqual(['Account:1'])
  })

  test('rejects an inaccessible account', async () => {
    const subscription = await kit
      .connectAs(ben)
      .subscribe({ channel: 'SyncChannel', model: 'Account', id: 2 })

    expect(subscription.isRejected).toBe(true)
    expect(subscription.isConfirmed).toBe(false)
    expect(subscription.streams).toEqual([])
  })

  test('an admin can subscribe to all', async () => {
    const [admin, member] = await Promise.all(
      [ana, ben].map((user) => kit.connectAs(user).subscribe({ model: 'Account', id: 'all' })),
    )

    expect(admin?.streams).toEqual(['Account:all'])
    expect(member?.isRejected).toBe(true)
  })

  test('identifiers are performed, answered, and become streams', async () => {
    const connection = kit.connectAs(ben)
    const subscription = await connection.subscribe()

    const mine = await subscription.perform('subscribe_to', { identifier: 'Account:1' })
    const others = await subscription.perform('subscribe_to', { identifier: 'Account:2' })
    const streams = connection.streams
    await subscription.perform('unsubscribe_from', { identifier: 'Account:1' })

    expect(mine).toEqual({ type: 'subscribed', identifier: 'Account:1' })
    expect(others).toEqual({ type: 'error', identifier: 'Account:2', error: 'Unauthorized' })
    expect(streams).toEqual(['Account:1'])
    expect(subscription.streams).toEqual([])
  })

  test('receives what is broadcast until it unsubscribes', async () => {
    const subscription = await kit.connectAs(ben).subscribe({ model: 'Account', id: '1' })
    const rename = (name: string) => () => server.query(`update accounts set name = '${name}' where id = 1`)

    await rename('Heard')()
    await subscription.untilReceived(1)
    subscription.unsubscribe()
    await kit.expectBroadcast('Account:1', {}, rename('Unheard'))

    expect(subscription.received).toEqual([{ action: 'refresh', prop: 'account' }])
  })

  test('a limit is told as an error, a rejection for a reason is a rejection', async () => {
    const connection = kit.connectAs(ben)
    server.sync.enable(false)

    const off = await connection.subscribe({ model: 'Account', id: '1' })
    server.sync.enable(true)

    expect(off.isRejected).toBe(true)
    connection.close()
  })
})

describe('a recorded page', () => {
  test('records what it is asked to reload, and answers at once', async () => {
    const page = recordedPage()

    const end = await page.reload(['account', 'accounts']).end

    expect(end).toBe('ended')
    expect(page.props).toEqual([['account', 'accounts']])
  })

  test('a manual one lasts until the test finishes it', async () => {
    const page = recordedPage({ manual: true })
    const first = page.reload(['account'])
    await page.untilReloads(1)

    page.reload(['accounts']).cancel()
    page.reloads[0]?.finish('refused')

    expect(await first.end).toBe('refused')
    expect(page.reloads.map(({ isCancelled }) => isCancelled)).toEqual([false, true])
  })
})

test('only what createSync has made has a kit', () => {
  expect(() => refreshKit({} as never).connectAs(ben)).toThrow('was not made by `createSync`')
})

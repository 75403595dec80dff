/** The unmodified `@rails/actioncable`, 8.1 and 7.2, against the gateway, with a real PostgreSQL behind it. */
import * as rails8 from '@rails/actioncable'
import * as rails7 from '@rails/actioncable-7'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { type AccountsServer, startAccountsServer } from './accounts-server.ts'

let server: AccountsServer
let consumer: rails8.Consumer
let rails: typeof rails8
let session = 's-ben'

// What the clients take from the browser around them.
Object.assign(globalThis, {
  addEventListener() {},
  removeEventListener() {},
  document: { visibilityState: 'visible' },
})

type Params = Readonly<Record<string, string>> & { readonly channel: string }

/** A subscription that keeps what its callbacks were given. */
function subscribe(params: Params) {
  const events: unknown[] = []
  const waiting: (() => void)[] = []
  const note = (event: unknown) => {
    events.push(event)
    for (const resolve of waiting.splice(0)) resolve()
  }
  const subscription = consumer.subscriptions.create(params, {
    connected: () => note('connected'),
    disconnected: () => note('disconnected'),
    rejected: () => note('rejected'),
    received: (data: unknown) => note(data),
  } as Partial<rails8.Subscription>)
  const until = async (count: number) => {
    while (events.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
    return events
  }
  return { subscription, events, until }
}

/** How many channels the server sends to anybody. */
function subscriptions(): number {
  const metric = server.sync.metrics.read().find(({ name }) => name === 'syncline_marker_subscriptions')
  return [...(metric?.values.values() ?? [])].reduce((sum, count) => sum + count, 0)
}

function connectAs(id: string) {
  session = id
  consumer = rails.createConsumer(`ws://127.0.0.1:${server.port}/cable`)
}

describe.each([
  ['8.1', rails8],
  ['7.2', rails7],
])('@rails/actioncable %s', (_version, client) => {
  beforeAll(async () => {
    rails = client
    server = await startAccountsServer()
    rails.adapters.WebSocket = class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { headers: server.headersOf(session) })
      }
    } as never
  })
  afterEach(() => consumer.disconnect())
  afterAll(() => server.close())

  test('a subscription past the limit is rejected, and the client goes on with the others', async () => {
    await server.query(
      `insert into accounts (id, name) select 2000 + n, 'Many' from generate_series(1, 101) n on conflict do nothing`,
    )
    connectAs('s-ana')
    const all = Array.from({ length: 101 }, (_, n) =>
      subscribe({ channel: 'SyncChannel', model: 'Account', id: String(2001 + n) }),
    )
    const answers = await Promise.all(all.map(async ({ until }) => (await until(1))[0]))
    const [heard] = all.filter((_, at) => answers[at] === 'connected')
    await server.query(`update accounts set name = 'New name' where id > 2000`)
    await heard?.until(2)

    expect(answers.filter((answer) => answer === 'rejected')).toHaveLength(1)
    expect(heard?.events).toEqual(['connected', { action: 'refresh', prop: 'account' }])
  })

  test('a member is connected, receives markers, and stops with unsubscribe', async () => {
    connectAs('s-ben')
    const account = subscribe({ channel: 'SyncChannel', model: 'Account', id: '1' })
    await account.until(1)

    await server.query(`update accounts set name = 'New name' where id = 1`)
    await account.until(2)
    account.subscription.unsubscribe()
    await expect.poll(subscriptions).toBe(0)
    await server.query(`update accounts set name = 'Unheard' where id = 1`)
    await new Promise((resolve) => setTimeout(resolve, 150))

    expect(account.events).toEqual(['connected', { action: 'refresh', prop: 'account' }])
  })

  test('A1: another account, an unknown one, and :all for a member are rejected', async () => {
    connectAs('s-ben')
    const asked = ['2', '999', 'all'].map((id) => subscribe({ channel: 'SyncChannel', model: 'Account', id }))

    for (const { until } of asked) expect(await until(1)).toEqual(['rejected'])
  })

  test('a site admin hears of all accounts', async () => {
    connectAs('s-ana')
    const all = subscribe({ channel: 'SyncChannel', model: 'Account', id: 'all' })
    await all.until(1)

    await server.query(`insert into accounts (name) values ('Newest')`)

    expect(await all.until(2)).toEqual(['connected', { action: 'refresh', prop: 'accounts' }])
  })

  test('the registry’s form: channels are named by perform, and every message names its channel', async () => {
    connectAs('s-ben')
    const sync = subscribe({ channel: 'SyncChannel' })
    await sync.until(1)

    sync.subscription.perform('subscribe_to', { identifier: 'Account:1/account_users' })
    sync.subscription.perform('subscribe_to', { identifier: 'Account:2' })
    await sync.until(3)
    await server.query(`insert into account_users (account_id, user_id, role) values (1, 3, 'member')`)
    await sync.until(4)
    sync.subscription.perform('unsubscribe_from', { identifier: 'Account:1/account_users' })

    expect(sync.events).toContainEqual({ type: 'subscribed', identifier: 'Account:1/account_users' })
    expect(sync.events).toContainEqual({ type: 'error', identifier: 'Account:2', error: 'Unauthorized' })
    expect(sync.events[3]).toEqual({
      identifier: 'Account:1/account_users',
      action: 'create',
      timestamp: expect.any(Number),
    })
  })

  test('two subscriptions to one identifier both receive each marker', async () => {
    connectAs('s-ben')
    const [one, two] = [1, 2].map(() => subscribe({ channel: 'SyncChannel', model: 'Account', id: '1' })) as [
      ReturnType<typeof subscribe>,
      ReturnType<typeof subscribe>,
    ]
    await Promise.all([one.until(1), two.until(1)])
    // The client confirms both with each answer.
    await new Promise((resolve) => setTimeout(resolve, 100))
    const received = (events: readonly unknown[]) => events.filter((event) => typeof event === 'object')

    await server.query(`update accounts set name = 'For both' where id = 1`)
    await expect.poll(() => received(two.events)).not.toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 100))

    expect(received(one.events)).toEqual([{ action: 'refresh', prop: 'account' }])
    expect(received(two.events)).toEqual([{ action: 'refresh', prop: 'account' }])
  })

  test('A2: a deleted session disconnects the client, which does not come back', async () => {
    await server.query(`insert into sessions values ('s-gone', 2)`)
    connectAs('s-gone')
    const account = subscribe({ channel: 'SyncChannel', model: 'Account', id: '1' })
    await account.until(1)

    await server.query(`delete from sessions where id = 's-gone'`)
    await account.until(2)

    expect(account.events).toEqual(['connected', 'disconnected'])
    expect(
      (
        consumer as unknown as { connection: { monitor: { isRunning(): boolean } } }
      ).connection.monitor.isRunning(),
    ).toBe(false)
  })

  test('A2: a lost membership reaches the client as a rejection', async () => {
    connectAs('s-ben')
    const account = subscribe({ channel: 'SyncChannel', model: 'Account', id: '3' })
    await account.until(1)

    await server.query(`delete from account_users where account_id = 3`)

    expect(await account.until(2)).toEqual(['connected', 'rejected'])
  })

  test('a cut connection comes back by itself and hears of what follows', async () => {
    connectAs('s-ben')
    const account = subscribe({ channel: 'SyncChannel', model: 'Account', id: '1' })
    await account.until(1)
    const { connection } = consumer as unknown as { connection: { reopen(): void } }

    connection.reopen()
    await account.until(3)
    await server.query(`update accounts set name = 'After the cut' where id = 1`)

    expect(await account.until(4)).toEqual([
      'connected',
      'disconnected',
      'connected',
      { action: 'refresh', prop: 'account' },
    ])
  })
})

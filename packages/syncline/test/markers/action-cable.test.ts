// @vitest-environment happy-dom
import {
  actionCable,
  type ActionCableOptions,
  fromFunction,
  type Page,
  type SyncOptions,
  SyncRegistry,
} from 'syncline/markers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { at, type Frame, type ScriptedServer, scriptedServer } from './scripted-server.ts'

beforeEach(() => void vi.spyOn(console, 'debug').mockImplementation(() => {}))

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

/** Answers as a Rails server does; a subscription of `Secret` is rejected. */
function railsAnswers(frame: Frame | undefined): object[] {
  if (!frame) return [{ type: 'welcome' }]
  const { command, identifier, data } = frame as { command: string; identifier: string; data?: string }
  const { model } = JSON.parse(identifier) as { model?: string }
  if (command === 'subscribe') {
    return [{ type: model === 'Secret' ? 'reject_subscription' : 'confirm_subscription', identifier }]
  }
  if (command !== 'message') return []
  const { action, identifier: channel } = JSON.parse(data ?? '') as { action: string; identifier: string }
  if (action !== 'subscribe_to') return []
  const message = channel.startsWith('Secret')
    ? { type: 'error', identifier: channel, error: 'Unauthorized' }
    : { type: 'subscribed', identifier: channel }
  return [{ identifier, message }]
}

/** Answers as Syncline does: it goes on from a cursor, and says so. */
function synclineAnswers(frame: Frame | undefined): object[] {
  return railsAnswers(frame).map((answer) => {
    const { identifier = '{}', data = '{}' } = (frame ?? {}) as { identifier?: string; data?: string }
    const asked = { ...JSON.parse(identifier), ...JSON.parse(data) } as { cursor?: string }
    return asked.cursor === undefined ? answer : { ...answer, cursor: at(500) }
  })
}

async function start(
  options: ActionCableOptions = {},
  cursor?: string,
  answers = railsAnswers,
  more: SyncOptions = {},
) {
  const reloads: string[][] = []
  const page: Page = {
    ...fromFunction((props) => void reloads.push([...props])),
    ...(cursor && { placeOf: () => ({ cursor, position: 100 }) }),
  }
  const server = await scriptedServer(answers)
  const transport = actionCable(server.url, { WebSocket: WebSocket as never, ...options })
  const registry = new SyncRegistry({ transport, page, reconnectDelay: 10, debounceMs: 20, ...more })
  open.push(server, { close: () => registry.disconnect() })
  return { server, registry, reloads }
}

const sent = ({ frames }: ScriptedServer) =>
  frames.map(({ command, identifier, data }) => [
    command,
    JSON.parse(String(identifier)),
    ...(data === undefined ? [] : [JSON.parse(String(data))]),
  ])

test('each channel is a subscription of a model and an id, with the collection when there is one', async () => {
  const { server, registry, reloads } = await start()

  registry.subscribe('Account:all', 'accounts')
  registry.subscribe('Account:a%2Fb/account_users', 'members')

  await expect.poll(() => reloads.flat()).toEqual(['accounts', 'members'])
  expect(sent(server)).toEqual([
    ['subscribe', { channel: 'SyncChannel', model: 'Account', id: 'all' }],
    ['subscribe', { channel: 'SyncChannel', model: 'Account', id: 'a/b', collection: 'account_users' }],
  ])
})

test('a message of a channel reloads the props that the page declared for it', async () => {
  const { server, registry, reloads } = await start({}, at(100), synclineAnswers)
  registry.subscribe('Account:1', 'selected_account')
  await expect.poll(() => server.frames).toHaveLength(1)

  const { identifier } = server.frames[0] as { identifier: string }
  server.send({ identifier, message: { action: 'refresh', prop: 'account' } })

  await expect.poll(() => reloads).toEqual([['selected_account']])
})

test('R2: a place beside the message tells which answers contain the change, also to a prop that is subscribed later', async () => {
  const { server, registry, reloads } = await start({}, at(100), synclineAnswers)
  registry.subscribe('Account:1', 'account')
  await expect.poll(() => server.frames).toHaveLength(1)
  const { identifier } = server.frames[0] as { identifier: string }
  const message = { action: 'refresh', prop: 'account' }

  server.send({ identifier, message, cursor: at(100) })
  await expect.poll(() => registry.status.current).toBe('connected')
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(reloads).toEqual([])
  server.send({ identifier, message, cursor: at(101) })
  await expect.poll(() => reloads).toEqual([['account']])
  registry.subscribe('Account:1', 'plan')

  await expect.poll(() => reloads.slice(1)).toEqual([['plan']])
})

const asks = {
  model: (cursor: string) => ['subscribe', { channel: 'SyncChannel', model: 'Account', id: '1', cursor }],
  identifier: (cursor: string) => [
    'message',
    { channel: 'SyncChannel' },
    { action: 'subscribe_to', identifier: 'Account:1', cursor },
  ],
}
const asked = (server: ScriptedServer) =>
  sent(server).filter((each) => JSON.stringify(each).includes('cursor'))

test.each(['model', 'identifier'] as const)(
  'R1: %s: the position of the page goes along; a server that does not say that it goes on from there makes everything be loaded, at first and after a reconnect',
  async (form) => {
    const { server, registry, reloads } = await start({ form }, at(100))
    registry.subscribe('Account:1', 'account')
    await expect.poll(() => reloads).toEqual([['account']])

    server.drop()

    await expect.poll(() => reloads).toEqual([['account'], ['account']])
    expect(asked(server)).toEqual([asks[form](at(100)), asks[form](at(100))])
  },
)

test.each(['model', 'identifier'] as const)(
  'R1: %s: from a server that goes on, only what changed is loaded, also after a reconnect, which begins where the last one ended',
  async (form) => {
    const { server, registry, reloads } = await start({ form }, at(100), synclineAnswers)
    const identifier = JSON.stringify(
      form === 'identifier'
        ? { channel: 'SyncChannel' }
        : { channel: 'SyncChannel', model: 'Account', id: '1', cursor: at(500) },
    )
    registry.subscribe('Account:1', 'account')
    await expect.poll(() => asked(server)).toHaveLength(1)

    server.drop()
    await expect.poll(() => asked(server)).toHaveLength(2)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(reloads).toEqual([])
    server.send({ identifier, message: { identifier: 'Account:1', action: 'update' }, cursor: at(600) })
    await expect.poll(() => reloads).toEqual([['account']])
    server.drop()
    await expect.poll(() => asked(server)).toHaveLength(3)

    expect(asked(server)).toEqual([100, 500, 600].map((position) => asks[form](at(position))))
  },
)

test('a server may have another class of channel', async () => {
  const { server, registry, reloads } = await start({ channel: 'RefreshChannel' })

  registry.subscribe('Account:1', 'account')

  await expect.poll(() => reloads).toEqual([['account']])
  expect(sent(server)).toEqual([['subscribe', { channel: 'RefreshChannel', model: 'Account', id: '1' }]])
})

test('leaving a channel unsubscribes exactly it', async () => {
  const { server, registry } = await start()
  registry.subscribe('Account:1', 'account')
  registry.subscribe('Account:2', 'account')
  await expect.poll(() => server.frames).toHaveLength(2)

  registry.unsubscribe('Account:1', 'account')

  await expect.poll(() => server.frames).toHaveLength(3)
  expect(sent(server)[2]).toEqual(['unsubscribe', { channel: 'SyncChannel', model: 'Account', id: '1' }])
})

test('the identifier form is one subscription that performs, and is told of each identifier', async () => {
  const { server, registry, reloads } = await start({ form: 'identifier' })
  const heard: object[] = []
  registry.subscribe('Account:all', 'accounts')
  registry.listen('Account:all', (message) => heard.push(message))
  await expect.poll(() => reloads).toEqual([['accounts']])

  const shared = JSON.stringify({ channel: 'SyncChannel' })
  server.send({ identifier: shared, message: { identifier: 'Account:all', action: 'destroy', timestamp: 7 } })

  await expect.poll(() => reloads).toHaveLength(2)
  registry.subscribe('Account:all')
  server.send({ identifier: shared, message: { identifier: 'Account:all', action: 'create', timestamp: 8 } })
  // A page that declared no props: the message names none either, so that all are loaded.
  await expect.poll(() => reloads).toHaveLength(3)
  expect(reloads[2]).toEqual([])
  expect(heard.splice(1)).toHaveLength(1)
  expect(heard).toEqual([{ identifier: 'Account:all', action: 'destroy', prop: undefined, timestamp: 7 }])
  expect(sent(server)).toEqual([
    ['subscribe', { channel: 'SyncChannel' }],
    ['message', { channel: 'SyncChannel' }, { action: 'subscribe_to', identifier: 'Account:all' }],
  ])
})

test.each(['model', 'identifier'] as const)('%s: what is rejected disturbs nothing else', async (form) => {
  const { registry, reloads } = await start({ form })

  registry.subscribe('Secret:1', 'secret')
  registry.subscribe('Account:1', 'account')

  await expect.poll(() => reloads).toEqual([['account']])
  expect(registry.isConnected).toBe(true)
})

test('a server that sends the page away is not asked again; one that restarts is', async () => {
  const { server, registry } = await start()
  void registry.connect()
  await expect.poll(() => registry.isConnected).toBe(true)

  server.send({ type: 'disconnect', reason: 'server_restart', reconnect: true })
  await expect.poll(() => server.connections).toBe(2)
  await expect.poll(() => registry.isConnected).toBe(true)
  server.send({ type: 'disconnect', reason: 'unauthorized', reconnect: false })

  await expect.poll(() => registry.status.current).toBe('off')
  expect(server.connections).toBe(2)
})

test('R1: a socket that breaks before the confirmation loses nothing', async () => {
  let isSilent = true
  const { server, registry, reloads } = await start({}, at(100), (frame) =>
    frame && isSilent ? [] : railsAnswers(frame),
  )
  registry.subscribe('Account:1', 'account')
  await expect.poll(() => server.frames).toHaveLength(1)

  isSilent = false
  server.drop()

  await expect.poll(() => reloads).toEqual([['account']])
})

test.each([
  ['model', 'subscribe'],
  ['identifier', 'subscribe'],
  ['identifier', 'message'],
] as const)(
  'R1: what a busy server does not answer is asked for again when it says (%s form, %s)',
  async (form, busyWith) => {
    let refusals = 2
    const { registry, reloads } = await start({ form }, undefined, (frame) => {
      const { command, identifier, data } = (frame ?? {}) as {
        command?: string
        identifier?: string
        data?: string
      }
      if (command !== busyWith || refusals-- <= 0) return railsAnswers(frame)
      const busy = { type: 'error', error: 'Too many subscriptions at once', retryAfterMs: 20 }
      if (busyWith === 'subscribe') return [busy]
      return [{ identifier, message: { ...busy, identifier: JSON.parse(data ?? '').identifier } }]
    })

    registry.subscribe('Account:1', 'account')

    await expect.poll(() => reloads).toEqual([['account']])
  },
)

test.each([
  ['after a while', () => 0, () => {}],
  ['at once when somebody looks', () => 1, () => window.dispatchEvent(new Event('online'))],
])(
  'R1: the one subscription of all identifiers, rejected while sync is off, is asked for again %s',
  async (_, random, look) => {
    let isOff = false
    const shared = JSON.stringify({ channel: 'SyncChannel' })
    const reject = { type: 'reject_subscription', identifier: shared }
    const { server, registry, reloads } = await start(
      { form: 'identifier' },
      undefined,
      (frame) => (isOff && frame?.['command'] === 'subscribe' ? [reject] : railsAnswers(frame)),
      { random },
    )
    registry.subscribe('Account:1', 'account')
    await expect.poll(() => reloads).toEqual([['account']])
    isOff = true
    const from = server.frames.length
    server.send(reject)
    // A message, so that the rejection has been read.
    server.send({ identifier: shared, message: { identifier: 'Account:1', action: 'update' } })
    await expect.poll(() => reloads).toHaveLength(2)

    isOff = false
    look()

    await expect.poll(() => reloads).toHaveLength(3)
    expect(sent(server).slice(from).at(-1)).toEqual([
      'message',
      { channel: 'SyncChannel' },
      { action: 'subscribe_to', identifier: 'Account:1' },
    ])
  },
)

test('an id that is not encoded soundly keeps no other channel from being joined, and `all` is only `all`', async () => {
  const { server, registry } = await start()

  registry.subscribe('Account:100%', 'a')
  registry.subscribe('Account:%61ll', 'b')
  registry.subscribe('Account:1', 'c')

  await expect.poll(() => server.frames).toHaveLength(3)
  expect(sent(server).map(([, { id }]) => id)).toEqual(['100%', '%61ll', '1'])
})

test('a refusal that names no channel is told with those that are not confirmed, and disturbs no other', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { server, registry, reloads } = await start({ form: 'identifier' }, undefined, (frame) =>
    String(frame?.['data']).includes('Account:2')
      ? [
          {
            identifier: frame?.['identifier'],
            message: { type: 'error', error: 'Subscription limit reached' },
          },
        ]
      : railsAnswers(frame),
  )
  registry.subscribe('Account:1', 'account')
  await expect.poll(() => reloads).toEqual([['account']])

  registry.subscribe('Account:2', 'other')
  await expect.poll(() => warn.mock.calls).toHaveLength(1)
  const { identifier } = server.frames[0] as { identifier: string }
  server.send({ identifier, message: { identifier: 'Account:1', action: 'update' } })

  await expect.poll(() => reloads).toEqual([['account'], ['account']])
  expect(warn.mock.calls).toEqual([
    [
      '[syncline] The server refuses a channel without saying which: Subscription limit reached. Not confirmed so far: `Account:2`. What is refused is not refreshed: show fewer channels at a time, or let the server send the `identifier` beside its `error`.',
    ],
  ])
})

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
import { manualClock } from './manual-clock.ts'
import { at, type Frame, type ScriptedServer, scriptedServer } from './scripted-server.ts'

beforeEach(() => void vi.spyOn(console, 'debug').mockImplementation(() => {}))

const open: { close(): unknown }[] = []
afterEach(async () => {
  vi.restoreAllMocks()
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
    // As Inertia's adapter does, it reads the prop's name.
    ...(cursor && { placeOf: (prop) => ({ cursor, position: prop.split('.').length > 0 ? 100 : 0 }) }),
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

test('what a busy server refuses for now, an error for each command, is asked for again once each', async () => {
  let refusals = 30
  const { server, registry, reloads } = await start({ form: 'model' }, undefined, (frame) => {
    if (frame?.['command'] !== 'subscribe' || refusals-- <= 0) return railsAnswers(frame)
    return [{ type: 'error', error: 'Too many subscriptions at once', retryAfterMs: 20 }]
  })

  for (let id = 1; id <= 30; id++) registry.subscribe(`Account:${id}`, `account ${id}`)

  await expect.poll(() => new Set(reloads.flat()).size).toBe(30)
  const asked = server.frames.filter((frame) => JSON.stringify(frame).includes('"subscribe"'))
  expect(asked).toHaveLength(60)
})

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
  await expect.poll(() => warn.mock.calls).toHaveLength(2)
  const { identifier } = server.frames[0] as { identifier: string }
  server.send({ identifier, message: { identifier: 'Account:1', action: 'update' } })

  await expect.poll(() => reloads).toEqual([['account'], ['account']])
  expect(warn.mock.calls).toEqual([
    [
      '[syncline] The server refuses a channel without saying which: Subscription limit reached. Not confirmed so far: `Account:2`. What is refused is not refreshed meanwhile, and it is asked for again. Show fewer channels at a time, or let the server send the `identifier` beside its `error`.',
    ],
    [expect.stringContaining('The server refuses `Account:2`: Subscription limit reached.')],
  ])
})

/** As the reference's channel does: an array that knows no doubles, a limit, and a refusal without a name. */
function referenceAnswers(limit: number) {
  const followed: string[] = []
  const asked: string[] = []
  const answers = (frame: Frame | undefined) => {
    const { action, identifier } = JSON.parse(String(frame?.['data'] ?? '{}'))
    if (frame?.['command'] === 'subscribe') followed.length = 0
    if (action === 'unsubscribe_from')
      followed.splice(0, Infinity, ...followed.filter((name) => name !== identifier))
    if (action !== 'subscribe_to') return railsAnswers(frame)
    asked.push(identifier)
    if (followed.length >= limit) {
      const message = { type: 'error', error: 'Subscription limit reached' }
      return [{ identifier: frame?.['identifier'], message }]
    }
    followed.push(identifier)
    return railsAnswers(frame)
  }
  return { followed, asked, answers }
}

const channelsOf = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `Account:${from + index}`)

/** A page that shows 100 channels and 20 that are too many, whose refusals it has read. */
async function startFull() {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const clock = manualClock()
  const reference = referenceAnswers(100)
  const transport = { form: 'identifier' } as const
  const { server, registry, reloads } = await start(transport, undefined, reference.answers, {
    clock,
    random: () => 1,
  })
  const waitsFor = (delayMs: number) =>
    expect.poll(() => clock.waiting().map((timer) => timer.at - clock.now())).toContain(delayMs)
  for (const name of channelsOf(1, 120)) registry.subscribe(name, name)
  await waitsFor(5_000)
  expect(reference.asked.splice(0)).toEqual(channelsOf(1, 120))
  return { ...reference, server, registry, reloads, clock, waitsFor }
}

test('R1: channels that are refused without a name are asked for again when a hundred others are left in one turn, each once', async () => {
  const { followed, asked, registry, reloads, clock } = await startFull()
  expect(followed).toEqual(channelsOf(1, 100))

  for (const name of channelsOf(1, 100)) registry.unsubscribe(name, name)
  clock.advance(300)
  clock.advance(0)

  await expect.poll(() => asked).toEqual(channelsOf(101, 120))
  expect(followed).toEqual(channelsOf(101, 120))
  await expect
    .poll(() => {
      clock.advance(20)
      return reloads.flat()
    })
    .toEqual(expect.arrayContaining(channelsOf(101, 120)))
  window.dispatchEvent(new Event('online'))
  clock.advance(5_000)
  registry.subscribe('Account:7', 'more')
  await expect.poll(() => asked).toContain('Account:7')
  expect(asked).toEqual([...channelsOf(101, 120), 'Account:7'])
})

test('R1: channels that are refused without a name are asked for again after a wait that grows, and when somebody looks', async () => {
  const { followed, asked, clock, waitsFor } = await startFull()

  clock.advance(4_999)
  expect(asked).toEqual([])
  clock.advance(1)
  await waitsFor(10_000)
  expect(asked.splice(0)).toEqual(channelsOf(101, 120))
  followed.length = 0
  window.dispatchEvent(new Event('online'))

  // Looking twice asks for nothing that is under way.
  window.dispatchEvent(new Event('online'))
  await expect.poll(() => followed).toEqual(channelsOf(101, 120))
  expect(asked).toEqual(channelsOf(101, 120))
})

test('R1: channels that are refused without a name beside one that is never answered are asked for again, each once', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const clock = manualClock()
  const refuse = (frame: Frame | undefined) => [
    { identifier: frame?.['identifier'], message: { type: 'error', error: 'Subscription limit reached' } },
  ]
  let isSilent = true
  const { server, registry } = await start(
    { form: 'identifier' },
    undefined,
    (frame) => {
      const { action, identifier } = JSON.parse(String(frame?.['data'] ?? '{}'))
      if (!isSilent || action !== 'subscribe_to') return railsAnswers(frame)
      return identifier === 'Account:1' ? [] : refuse(frame)
    },
    { clock, random: () => 1 },
  )
  const performed = () =>
    sent(server).flatMap(([, , data]) => (data ? [`${data.action} ${data.identifier}`] : []))
  for (const name of channelsOf(1, 3)) registry.subscribe(name, name)
  await expect.poll(performed).toHaveLength(3)
  await expect.poll(() => clock.waiting().map((timer) => timer.at)).toContain(15_000)
  isSilent = false

  clock.advance(15_000)
  clock.advance(5_000)

  await expect
    .poll(performed)
    .toEqual([
      ...channelsOf(1, 3).map((name) => `subscribe_to ${name}`),
      ...channelsOf(1, 3).map((name) => `unsubscribe_from ${name}`),
      ...channelsOf(1, 3).map((name) => `subscribe_to ${name}`),
    ])
})

test('R1: a refused channel is asked for again when its own wait is over, however long others wait', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const clock = manualClock()
  let random = 0.2
  const { server, registry } = await start({}, undefined, railsAnswers, { clock, random: () => random })
  const asked = () => sent(server).flatMap(([command, { id }]) => (command === 'subscribe' ? [id] : []))
  const waitsFor = (delayMs: number) =>
    expect.poll(() => clock.waiting().map((timer) => timer.at - clock.now())).toContain(delayMs)
  registry.subscribe('Secret:1', 'a')
  await waitsFor(1_000)
  random = 1
  registry.subscribe('Secret:2', 'b')
  await waitsFor(5_000)

  clock.advance(1_000)
  await waitsFor(10_000)
  clock.advance(4_000)

  await expect.poll(asked).toEqual(['1', '2', '1', '2'])
})

test.each([
  ['reconnect', ({ server }: { server: ScriptedServer }) => server.drop()],
  ['configure()', ({ registry }: { registry: SyncRegistry }) => void registry.configure({})],
])('after %s while refused channels wait, each is asked for once', async (_, again) => {
  const full = await startFull()
  const { followed, asked, clock, server } = full

  again(full)
  await expect
    .poll(() => {
      if (server.connections < 2) clock.advance(10)
      return asked
    })
    .toHaveLength(120)
  // The former wait would be over; the next one, of 10 s, is not.
  clock.advance(5_000)
  full.registry.subscribe('Account:7/members', 'more')

  await expect.poll(() => asked).toContain('Account:7/members')
  expect(asked).toEqual([...channelsOf(1, 120), 'Account:7/members'])
  expect(followed).toEqual(channelsOf(1, 100))
})

const SHARED = JSON.stringify({ channel: 'SyncChannel' })
const OWN = JSON.stringify({ channel: 'SyncChannel', model: 'Account', id: '1' })
/** What even `String` throws for. */
const NO_TEXT = { toString: 1, valueOf: 1 }
const HOSTILE = [
  [{}, [], 7, null, 'text', { type: null }, { type: '__proto__' }, { type: 'ping', message: null }],
  [{ message: null }, { message: 7 }, { message: 'text' }, { message: {} }, { message: [] }],
  [{ type: 'error' }, { type: 'error', retryAfterMs: '7' }],
  [SHARED, OWN, 7, null, {}, NO_TEXT]
    .flatMap((identifier) => [
      [null, 7, 'text', [], {}].map((message) => ({ identifier, message })),
      ['reject_subscription', 'confirm_subscription'].map((type) => ({ type, identifier, cursor: 7 })),
      [7, null, {}, NO_TEXT, undefined, '__proto__', 'Account:1'].flatMap((channel) => [
        { identifier, message: { identifier: channel, type: 'error', error: NO_TEXT } },
        { identifier, message: { identifier: channel, action: NO_TEXT } },
        { identifier, message: { identifier: channel, action: 'refresh', prop: NO_TEXT } },
        { identifier, message: { identifier: channel, type: NO_TEXT }, cursor: NO_TEXT },
        { identifier, message: { identifier: channel, type: 'subscribed' } },
        { identifier, message: { identifier: channel, type: 'error', error: { no: 'text' } } },
        { identifier, message: { identifier: channel, type: 'error', retryAfterMs: 'soon' } },
        {
          identifier,
          message: { identifier: channel, type: 7, action: 7, prop: {}, timestamp: 'x' },
          cursor: {},
        },
        {
          identifier,
          message: { identifier: channel, action: null, prop: null, cursor: null },
          cursor: null,
        },
      ]),
    ])
    .flat(),
].flat()

/** Sockets that note what their listeners throw. */
function watched(thrown: unknown[]) {
  const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage') as PropertyDescriptor
  return class extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol)
      const listen = (listener: (event: MessageEvent) => void) =>
        set?.call(this, (event: MessageEvent) => {
          try {
            listener(event)
          } catch (error) {
            thrown.push([error, event.data])
          }
        })
      Object.defineProperty(this, 'onmessage', { set: listen })
    }
  }
}

test.each(['model', 'identifier'] as const)(
  '%s: whatever a server sends, nothing is thrown in the socket’s listener, and markers are heard after it',
  async (form) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const thrown: unknown[] = []
    const { server, registry, reloads } = await start({ form, WebSocket: watched(thrown) as never }, at(100))
    // The props of a part that declared none come from the server.
    registry.subscribe('Account:1')
    registry.subscribe('Account:2', 'account')
    await expect.poll(() => reloads.length).toBeGreaterThan(0)

    for (const frame of HOSTILE) server.send(frame as object)
    const heard: unknown[] = []
    registry.listen('Account:2', ({ timestamp }) => heard.push(timestamp))
    const identifier = JSON.stringify({ channel: 'SyncChannel', model: 'Account', id: '2', cursor: at(100) })
    server.send({
      identifier: form === 'model' ? identifier : SHARED,
      message: { identifier: 'Account:2', action: 'update', timestamp: 5 },
    })

    await expect.poll(() => heard).toContain(5)
    expect(thrown).toEqual([])
    expect(reloads.flat().every((prop) => typeof prop === 'string')).toBe(true)
  },
)

// @vitest-environment happy-dom
import {
  buildIdentifier,
  fromFunction,
  native,
  type Page,
  SyncRegistry,
  type Transport,
} from 'syncline/markers'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { manualClock } from './manual-clock.ts'
import { at, nativeAnswers, type ScriptedServer, scriptedServer } from './scripted-server.ts'

beforeEach(() => void vi.spyOn(console, 'debug').mockImplementation(() => {}))

const open: { close(): unknown }[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const each of open.splice(0).reverse()) await each.close()
})

const ACCOUNT = 'Account:1'
const marker = (position: number, more = {}) => ({
  type: 'marker',
  channel: ACCOUNT,
  action: 'refresh',
  prop: 'account',
  cursor: at(position),
  ...more,
})

async function start(page: Page, answers = nativeAnswers(), options = {}) {
  const server = await scriptedServer(answers)
  const transport = native(server.url, { WebSocket: WebSocket as never })
  const registry = new SyncRegistry({ transport, page, reconnectDelay: 10, debounceMs: 20, ...options })
  open.push(server, { close: () => registry.disconnect() })
  return { server, registry }
}

/** A page that notes what is reloaded, with positions that a test sets. */
function notedPage(places?: Readonly<Record<string, number>>) {
  const reloads: string[][] = []
  const page: Page = {
    ...fromFunction((props) => void reloads.push([...props])),
    ...(places && {
      placeOf: (prop: string) => {
        const position = places[prop] ?? places['*'] ?? 0
        return { cursor: at(position), position }
      },
    }),
  }
  return { page, reloads }
}

const joins = ({ frames }: ScriptedServer) => frames.filter(({ type }) => type === 'join')

test('R1: a channel is joined from the position of the page, and what changed since is reloaded', async () => {
  const { page, reloads } = notedPage({ account: 100 })
  const { server, registry } = await start(
    page,
    nativeAnswers(() => [marker(450)]),
  )

  registry.subscribe(ACCOUNT, 'account')

  await expect.poll(() => reloads).toEqual([['account']])
  expect(server.frames.map(({ type }) => type)).toEqual(['hello', 'join'])
  expect(joins(server)).toEqual([{ type: 'join', channel: ACCOUNT, want: 'markers', cursor: at(100) }])
  expect(registry.status.current).toBe('connected')
})

test('R1: without a position the props are reloaded once, when the channel is live', async () => {
  const { page, reloads } = notedPage()
  const { server, registry } = await start(page)

  registry.subscribe(ACCOUNT, ['account', 'members'])

  await expect.poll(() => reloads).toEqual([['account', 'members']])
  expect(joins(server)).toEqual([{ type: 'join', channel: ACCOUNT, want: 'markers' }])
})

test('R1: after a reconnect each channel is joined from where it was, and only what changed is reloaded', async () => {
  const { page, reloads } = notedPage({ '*': 100 })
  const changed = (channel: string, cursor: string) =>
    channel === ACCOUNT && cursor !== at(100) ? [marker(700)] : []
  const { server, registry } = await start(page, nativeAnswers(changed))
  registry.subscribe(ACCOUNT, 'account')
  registry.subscribe('Account:2', 'other')
  await expect.poll(() => joins(server)).toHaveLength(2)
  server.send({ type: 'marker', channel: 'Account:2', action: 'refresh', cursor: at(600) })
  await expect.poll(() => reloads).toEqual([['other']])

  server.drop()

  await expect.poll(() => reloads).toEqual([['other'], ['account']])
  expect(joins(server).map(({ cursor }) => cursor)).toEqual([at(100), at(100), at(500), at(600)])
})

test('R2: a marker that the shown prop already contains reloads nothing', async () => {
  const { page, reloads } = notedPage({ account: 100, members: 300 })
  const { server, registry } = await start(page)
  registry.subscribe(ACCOUNT, ['account', 'members'])
  await expect.poll(() => joins(server)).toHaveLength(1)

  server.send(marker(100))
  server.send(marker(300))

  await expect.poll(() => reloads).toEqual([['account']])
})

test('one subscription goes out however many ask, and is released a while after the last one leaves', async () => {
  const { page } = notedPage({ '*': 100 })
  const { server, registry } = await start(page)
  for (let n = 0; n < 5; n++) registry.subscribe(ACCOUNT, 'account')
  await expect.poll(() => joins(server)).toHaveLength(1)

  for (let n = 0; n < 5; n++) registry.unsubscribe(ACCOUNT, 'account')
  registry.subscribe(ACCOUNT, 'other')
  await new Promise((resolve) => setTimeout(resolve, 400))
  registry.unsubscribe(ACCOUNT, 'other')

  await expect.poll(() => server.frames.at(-1)).toEqual({ type: 'leave', channel: ACCOUNT, want: 'markers' })
  expect(server.frames.map(({ type }) => type)).toEqual(['hello', 'join', 'leave'])
})

test('two components of one prop are told until the last of them leaves', async () => {
  const { page, reloads } = notedPage({ '*': 100 })
  const { server, registry } = await start(page)
  registry.subscribe(ACCOUNT, 'account')
  registry.subscribe(ACCOUNT, 'account')
  await expect.poll(() => joins(server)).toHaveLength(1)

  registry.unsubscribe(ACCOUNT, 'account')
  server.send(marker(600))

  await expect.poll(() => reloads).toEqual([['account']])
})

test('a page that declares no props reloads the one that the marker names', async () => {
  const { page, reloads } = notedPage({ '*': 100 })
  const { server, registry } = await start(page)
  registry.subscribe(ACCOUNT)
  await expect.poll(() => joins(server)).toHaveLength(1)

  server.send(marker(600, { prop: 'billing' }))

  await expect.poll(() => reloads).toEqual([['billing']])
})

test('a callback gets each message, and nothing is reloaded for it', async () => {
  const { page, reloads } = notedPage()
  const { server, registry } = await start(page)
  const heard: object[] = []
  const stop = registry.listen(buildIdentifier('Account', 1), (message) => heard.push(message))
  await expect.poll(() => joins(server)).toHaveLength(1)

  server.send(marker(600, { action: 'remove' }))
  await expect.poll(() => heard).toHaveLength(1)
  stop()
  server.send(marker(601))

  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(heard).toEqual([
    { identifier: ACCOUNT, action: 'remove', prop: 'account', timestamp: expect.any(Number) },
  ])
  expect(reloads).toEqual([])
})

test('a channel that is rejected, or that the right to is lost, disturbs no other', async () => {
  const { page, reloads } = notedPage({ '*': 100 })
  const answers = nativeAnswers()
  const { server, registry } = await start(
    page,
    (frame) =>
      frame?.['channel'] === 'Account:9'
        ? [{ type: 'error', code: 'not_found', message: 'No.', channel: 'Account:9' }]
        : answers(frame),
    // It is asked for again only after the whole wait, long after this test.
    { random: () => 1 },
  )
  registry.subscribe('Account:9', 'secret')
  registry.subscribe(ACCOUNT, 'account')
  await expect.poll(() => joins(server)).toHaveLength(2)

  server.send({ type: 'gone', channel: 'Account:9', reason: 'access' })
  server.send(marker(600))

  await expect.poll(() => reloads).toEqual([['account']])
  expect(registry.status.current).toBe('connected')
})

test.each([
  ['the right to it is lost', { type: 'gone', channel: ACCOUNT, reason: 'not_found' }],
  [
    'there are too many',
    { type: 'error', code: 'too_many_channels', message: 'Too many.', channel: ACCOUNT },
  ],
])(
  'R1: a channel is asked for again after a while, and at once when somebody looks, when %s',
  async (_, refusal) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { page, reloads } = notedPage({ '*': 100 })
    const clock = manualClock()
    const { server, registry } = await start(page, nativeAnswers(), { clock, random: () => 1 })
    registry.subscribe(ACCOUNT, 'account')
    await expect.poll(() => joins(server)).toHaveLength(1)
    const refuse = async () => {
      const from = clock.waiting().length
      server.send(refusal)
      await expect.poll(() => clock.waiting().length).toBeGreaterThan(from)
    }

    await refuse()
    clock.advance(5_000)
    await expect.poll(() => joins(server)).toHaveLength(2)
    await refuse()
    window.dispatchEvent(new Event('online'))
    await expect.poll(() => joins(server)).toHaveLength(3)
    server.send(marker(700))

    await expect
      .poll(() => {
        clock.advance(20)
        return reloads
      })
      .toEqual([['account']])
    expect(warn.mock.calls[0]?.[0]).toContain('[syncline] The server refuses `Account:1`:')
    expect(warn.mock.calls[0]?.[0]).toContain("npx syncline explain may-read 'Account:1'")
  },
)

test('a connection that was given up or refused is tried again when somebody looks', async () => {
  let isOpen = false
  const answers = nativeAnswers()
  const { server, registry } = await start(notedPage({ '*': 100 }).page, (frame) =>
    isOpen ? answers(frame) : [{ type: 'bye', code: 'disabled', reconnect: false }],
  )
  registry.subscribe(ACCOUNT, 'account')
  await expect.poll(() => registry.status.current).toBe('off')

  isOpen = true
  window.dispatchEvent(new Event('pageshow'))

  await expect.poll(() => registry.status.current).toBe('connected')
  await expect.poll(() => joins(server)).toHaveLength(1)
})

test('R1: a reload that waits for its next try has it at once when the device comes online', async () => {
  const asked: string[] = []
  const clock = manualClock()
  const page: Page = {
    placeOf: () => ({ cursor: at(100), position: 100 }),
    reload(props) {
      asked.push(props.join())
      // A loader may throw before it has begun.
      if (asked.length === 1) throw new Error('No network.')
      return { end: Promise.resolve('ended'), cancel() {} }
    },
  }
  const { server, registry } = await start(page, nativeAnswers(), { clock, random: () => 1 })
  registry.subscribe(ACCOUNT, 'account')
  await expect.poll(() => joins(server)).toHaveLength(1)
  registry.handleMessage({ identifier: ACCOUNT, cursor: at(600) })
  clock.advance(20)
  expect(asked).toEqual(['account'])

  window.dispatchEvent(new Event('online'))

  expect(asked).toEqual(['account', 'account'])
})

test('how often to try comes with the page, unless the application says it', async () => {
  const page = { ...notedPage().page, reconnectAttempts: () => 2 }
  const { server, registry } = await start(page, () => [])
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await server.close()

  registry.subscribe(ACCOUNT, 'account')

  await expect.poll(() => registry.status.current).toBe('off')
})

test('a channel that is refused for a moment is asked for again', async () => {
  const { page } = notedPage({ '*': 100 })
  const answers = nativeAnswers()
  let refusals = 0
  const { server, registry } = await start(page, (frame) =>
    frame?.['type'] === 'join' && refusals++ === 0
      ? [{ type: 'error', code: 'rate_limited', message: 'Later.', channel: ACCOUNT, retryAfterMs: 10 }]
      : answers(frame),
  )

  registry.subscribe(ACCOUNT, 'account')

  await expect.poll(() => joins(server)).toHaveLength(2)
  expect(joins(server)[1]).toEqual(joins(server)[0])
})

test('after `configure()` a channel that waits for another try is asked for once', async () => {
  const { page } = notedPage({ '*': 100 })
  const answers = nativeAnswers()
  const clock = manualClock()
  let refusals = 0
  const { server, registry } = await start(
    page,
    (frame) =>
      frame?.['type'] === 'join' && refusals++ === 0
        ? [{ type: 'error', code: 'rate_limited', message: 'Later.', channel: ACCOUNT, retryAfterMs: 1_000 }]
        : answers(frame),
    { clock },
  )
  registry.subscribe(ACCOUNT, 'account')
  await expect.poll(() => clock.waiting().some((timer) => timer.at === 1_000)).toBe(true)

  registry.configure({})
  await expect.poll(() => joins(server)).toHaveLength(2)
  await expect.poll(() => registry.status.current).toBe('connected')
  clock.advance(1_000)
  registry.subscribe('Account:2', 'other')

  await expect.poll(() => joins(server).map(({ channel }) => channel)).toContain('Account:2')
  expect(joins(server).map(({ channel }) => channel)).toEqual([ACCOUNT, ACCOUNT, 'Account:2'])
})

test('as the reference has it, channels can be asked for again, and a connection that is off tried after a wait', async () => {
  let isRefused = true
  const answers = nativeAnswers()
  const clock = manualClock()
  const { page, reloads } = notedPage({ '*': 100 })
  const { server, registry } = await start(
    page,
    (frame) => (isRefused ? [{ type: 'bye', code: 'disabled', reconnect: false }] : answers(frame)),
    { clock, reconnectDelay: 1_000, random: () => 1 },
  )
  const fields = () => [registry.cable === null, registry.channel === null, registry.reconnectAttempts]
  expect(fields()).toEqual([true, true, 0])
  registry.subscribe(ACCOUNT, 'account')
  await expect.poll(() => registry.status.current).toBe('off')
  isRefused = false

  registry.scheduleReconnect()
  registry.scheduleReconnect()
  expect(registry.status.current).toBe('reconnecting')
  clock.advance(999)
  expect(fields()).toEqual([false, false, 0])
  clock.advance(1)
  expect(fields()).toEqual([false, false, 1])
  await expect.poll(() => joins(server)).toHaveLength(1)
  expect(fields()).toEqual([false, false, 0])
  registry.resubscribeAll()
  // What is connected is left alone.
  registry.scheduleReconnect()
  clock.advance(1_000)

  await expect.poll(() => joins(server)).toHaveLength(2)
  expect(server.connections).toBe(2)
  expect(registry.isConnected).toBe(true)
  expect(reloads).toEqual([])
  for (const state of ['connected', 'reconnecting', 'off'])
    expect(console.debug).toHaveBeenCalledWith('[syncline] connection', state)
  registry.disconnect()
  expect(fields()).toEqual([true, true, 0])
})

test('a callback that throws costs neither other callbacks their call nor the page a refresh, and is reported', async () => {
  const { page, reloads } = notedPage({ '*': 100 })
  const { server, registry } = await start(page)
  registry.subscribe(ACCOUNT, 'account')
  const reported: unknown[] = []
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', (error) => reported.push(error))
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection')
    for (const other of others) process.on('unhandledRejection', other)
  })
  const mistakes = [1, 2].map((n) => new Error(`Mistake ${n} of the application.`))
  const heard: unknown[] = []
  for (const mistake of mistakes) {
    registry.listen(ACCOUNT, ({ identifier }) => {
      heard.push(identifier)
      throw mistake
    })
  }
  await expect.poll(() => joins(server)).toHaveLength(1)

  registry.handleMessage({ identifier: ACCOUNT, cursor: at(600) })

  expect(heard).toEqual([ACCOUNT, ACCOUNT])
  await expect.poll(() => reported).toEqual(mistakes)
  await expect.poll(() => reloads).toEqual([['account']])
})

test('after the attempts that were allowed, or when the server says so, the page goes on without', async () => {
  const refusing = await start(notedPage().page, () => [{ type: 'bye', code: 'disabled', reconnect: false }])
  const states: string[] = []
  refusing.registry.status.subscribe(() => states.push(refusing.registry.status.current))
  refusing.registry.subscribe(ACCOUNT, 'account')
  await expect.poll(() => states).toEqual(['reconnecting', 'off'])

  const silent = await start(notedPage().page, () => [], { maxReconnectAttempts: 3 })
  await silent.server.close()
  vi.spyOn(console, 'error').mockImplementation(() => {})
  silent.registry.subscribe(ACCOUNT, 'account')
  await expect.poll(() => silent.registry.status.current).toBe('off')

  expect(refusing.server.connections).toBe(1)
})

test.each([0, 1, 3])(
  'a lost connection is tried again %i times, as the name of the option says, and the console tells of each and of the end',
  async (tries) => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    let sockets = 0
    class Failing {
      onclose: ((event: never) => void) | null = null
      constructor() {
        sockets++
        queueMicrotask(() => this.onclose?.({} as never))
      }
      close() {}
    }
    const registry = new SyncRegistry({
      transport: native('ws://localhost/', { WebSocket: Failing as never }),
      maxReconnectAttempts: tries,
      random: () => 0,
    })
    open.push({ close: () => registry.disconnect() })

    await registry.connect()

    await expect.poll(() => registry.status.current).toBe('off')
    expect(sockets).toBe(1 + tries)
    expect(registry.reconnectAttempts).toBe(tries)
    const said = vi.mocked(console.debug).mock.calls.filter(([text]) => String(text).includes('attempt'))
    expect(said).toEqual(
      Array.from({ length: tries }, (_, n) => ['[syncline] attempting to reconnect, attempt', n + 1]),
    )
    expect(error.mock.calls).toEqual([
      [
        `[syncline] Max reconnection attempts reached: ${tries}. Nothing is refreshed until somebody looks at the page again or the device comes online. \`maxReconnectAttempts\` or SYNC_RECONNECT_ATTEMPTS allow more.`,
      ],
    ])
    // As in the reference, what is out of attempts is told so again.
    registry.scheduleReconnect()
    expect([registry.status.current, error.mock.calls.length, sockets]).toEqual(['off', 2, 1 + tries])
  },
)

test('a subscription that says how long its markers wait has it, and others have theirs', async () => {
  const clock = manualClock()
  const { page, reloads } = notedPage({ '*': 100 })
  const { server, registry } = await start(page, nativeAnswers(), { clock, debounceMs: 300 })
  registry.subscribe(ACCOUNT, 'account', { debounceMs: 50 })
  registry.subscribe(ACCOUNT, 'slow', { debounceMs: 1_000 })
  registry.subscribe('Account:2', 'other')
  await expect.poll(() => joins(server)).toHaveLength(2)
  const mark = (identifier: string, position: number) =>
    registry.handleMessage({ identifier, cursor: at(position) })
  const passed = (ms: number) => {
    clock.advance(ms)
    return reloads.length
  }
  const ended = async () => {
    await new Promise((resolve) => setTimeout(resolve))
    expect(registry.reloadTimer).toBeNull()
  }

  mark('Account:2', 600)
  expect([registry.reloadTimer === null, passed(299), passed(1)]).toEqual([false, 0, 1])
  await ended()
  registry.clearSubscriptions({ 'Account:2': 'other' })
  mark(ACCOUNT, 700)
  expect([passed(49), passed(1)]).toEqual([1, 2])
  await ended()
  registry.unsubscribe(ACCOUNT, 'account')
  mark(ACCOUNT, 800)
  expect([passed(999), passed(1)]).toEqual([2, 3])

  expect(reloads).toEqual([['other'], ['account', 'slow'], ['slow']])
})

test('switched off, or without a WebSocket, subscribing does nothing and nothing throws; the console says why', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  const { server, registry } = await start(notedPage().page, nativeAnswers(), { enabled: false })
  const none = new SyncRegistry({
    transport: native('/sync', { WebSocket: throwing as never }),
    reconnectDelay: 1,
  })
  open.push({ close: () => none.disconnect() })

  registry.subscribe(ACCOUNT, 'account')
  const told = (window as unknown as { __syncline: object }).__syncline
  none.subscribe(ACCOUNT, 'account')
  await new Promise((resolve) => setTimeout(resolve, 30))

  expect(told).toMatchObject({ isEnabled: false, isOpen: false })
  expect([server.connections, registry.status.current, none.status.current]).toEqual([
    0,
    'off',
    'reconnecting',
  ])
  expect(error.mock.calls[0]).toEqual([
    '[syncline] Failed to connect: the socket cannot be opened. The page works without, and it is tried again. See to the address that the transport was given, and to `connect-src` of the page’s policy.',
    new Error('The policy of the page forbids it.'),
  ])
})

function throwing(): never {
  throw new Error('The policy of the page forbids it.')
}

test('a server that sends nonsense does not end the page', async () => {
  const { page, reloads } = notedPage({ '*': 100 })
  const { server, registry } = await start(page)
  registry.subscribe(ACCOUNT, 'account')
  await expect.poll(() => joins(server)).toHaveLength(1)

  for (const socket of server.sockets)
    for (const text of ['{', 'null', '7', '[]', '{"type":7}', '{"type":"__proto__"}']) socket.send(text)
  server.send(marker(600))

  await expect.poll(() => reloads).toEqual([['account']])
})

/** A page that says when it shows another answer, read at `places.account`. */
function movingPage(position: number) {
  const { page, reloads } = notedPage()
  const place = { position }
  let onShown = () => {}
  const moving: Page = {
    ...page,
    placeOf: () => ({ cursor: at(place.position), position: place.position }),
    watch(host) {
      onShown = () => host.onShown()
      return () => {}
    },
  }
  const show = (next: number) => {
    place.position = next
    onShown()
  }
  return { page: moving, reloads, show }
}

test('R1: on the way back to an older page, a channel that is still joined is joined again from there', async () => {
  const { page, reloads, show } = movingPage(300)
  const changed = (_: string, cursor: string) => (cursor === at(100) ? [marker(700)] : [])
  const { server, registry } = await start(page, nativeAnswers(changed))
  registry.subscribe(ACCOUNT, 'account')
  await expect.poll(() => joins(server)).toHaveLength(1)
  expect(reloads).toEqual([])

  show(100)

  await expect.poll(() => reloads).toEqual([['account']])
  expect(joins(server).map(({ cursor }) => cursor)).toEqual([at(300), at(100)])
})

test('R1: an answer that was read before the newest marker is stale, and nothing has to be asked for that', async () => {
  const { page, reloads, show } = movingPage(300)
  const { server, registry } = await start(page)
  registry.subscribe(ACCOUNT, 'account')
  await expect.poll(() => joins(server)).toHaveLength(1)
  server.send(marker(600))
  await expect.poll(() => reloads).toHaveLength(1)

  // Fetched ahead before the marker came, shown after it.
  show(400)
  await expect.poll(() => reloads).toHaveLength(2)
  show(600)
  await new Promise((resolve) => setTimeout(resolve, 50))

  expect(reloads).toHaveLength(2)
  expect(joins(server)).toHaveLength(1)
})

test("R2: the author's own answer, which contains the change, takes back the reload that its marker asked for", async () => {
  const { page, reloads, show } = movingPage(300)
  const clock = manualClock()
  const { server, registry } = await start(page, nativeAnswers(), { clock })
  registry.subscribe(ACCOUNT, 'account')
  await expect.poll(() => joins(server)).toHaveLength(1)

  server.send(marker(600))
  await expect.poll(() => [...registry.pendingReloads]).toEqual(['account'])
  show(650)
  clock.advance(5_000)

  expect([...registry.pendingReloads]).toEqual([])
  expect(reloads).toEqual([])
})

test('a transport of an application may leave out what counts tries and what asks for another', async () => {
  const transport: Transport = (host) => {
    host.onState('reconnecting')
    return { join() {}, leave() {}, wake() {}, close() {} }
  }
  const registry = new SyncRegistry({ transport })
  await registry.connect()
  open.push({ close: () => registry.disconnect() })

  expect(() => registry.scheduleReconnect()).not.toThrow()
  expect([registry.status.current, registry.reconnectAttempts]).toEqual(['reconnecting', 0])
})

// @vitest-environment happy-dom
/** The functions of the page's own registry, as the references have them, and what its registry lets go of. */
import {
  fromFunction,
  native,
  type MarkerMessage,
  subscribeToModel,
  subscribeToSync,
  syncRegistry,
} from 'syncline/markers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { at, nativeAnswers, type ScriptedServer, scriptedServer } from './scripted-server.ts'

const reloads: string[][] = []
let server: ScriptedServer
beforeEach(async () => {
  vi.spyOn(console, 'debug').mockImplementation(() => {})
  reloads.length = 0
  server = await scriptedServer(nativeAnswers())
  syncRegistry.configure({
    transport: native(server.url, { WebSocket: WebSocket as never }),
    page: {
      ...fromFunction((props) => void reloads.push([...props])),
      placeOf: () => ({ cursor: at(100), position: 100 }),
    },
    debounceMs: 20,
  })
})
afterEach(async () => {
  syncRegistry.disconnect()
  vi.restoreAllMocks()
  await server.close()
})

/** What the server was asked, as `type channel`, but for the greeting. */
const asked = () => server.frames.slice(1).map(({ type, channel }) => `${type} ${channel}`)
const mark = (channel: string, position: number, more = {}) =>
  server.send({ type: 'marker', channel, action: 'refresh', prop: 'x', cursor: at(position), ...more })

test('subscribeToModel reloads the props of a record, or of all, until what it returns is called', async () => {
  const stopAll = subscribeToModel('Account', 'all', ['accounts'])
  const stopOne = subscribeToModel('Account', 7, ['selected_account', 'members'])
  await expect.poll(asked).toEqual(['join Account:all', 'join Account:7'])

  mark('Account:7', 600)
  await expect.poll(() => reloads).toEqual([['selected_account', 'members']])
  mark('Account:all', 601)
  await expect.poll(() => reloads.slice(1)).toEqual([['accounts']])
  stopOne()
  // Once more than needed: what is over takes nothing from others.
  stopOne()

  await expect.poll(asked).toEqual(['join Account:all', 'join Account:7', 'leave Account:7'])
  expect([...syncRegistry.subscriptions.keys()]).toEqual(['Account:all'])
  for (const line of [
    ['[syncline] subscribed', 'Account:7'],
    ['[syncline] reload', ['accounts']],
  ])
    expect(console.debug).toHaveBeenCalledWith(...line)
  stopAll()
  expect(syncRegistry.subscriptions.size).toBe(0)
})

test('subscribeToModel may say how long the markers of this part of the page wait', async () => {
  syncRegistry.configure({ debounceMs: 3_600_000 })
  const stop = subscribeToModel('Account', 7, ['account'], { debounceMs: 20 })
  await expect.poll(asked).toEqual(['join Account:7'])

  mark('Account:7', 600)

  await expect.poll(() => reloads).toEqual([['account']])
  stop()
})

test('subscribeToSync calls back with the messages of a record until what it returns is called', async () => {
  const heard: MarkerMessage[] = []
  const others: MarkerMessage[] = []
  const stop = subscribeToSync('Account', 7, (message) => heard.push(message))
  const stopOthers = subscribeToSync('Account', 7, (message) => others.push(message))
  await expect.poll(asked).toEqual(['join Account:7'])

  mark('Account:7', 600, { action: 'remove', prop: 'account' })
  await expect.poll(() => others).toHaveLength(1)
  stop()
  mark('Account:7', 601)
  await expect.poll(() => others).toHaveLength(2)
  stopOthers()

  await expect.poll(asked).toEqual(['join Account:7', 'leave Account:7'])
  expect(heard).toEqual([
    { identifier: 'Account:7', action: 'remove', prop: 'account', timestamp: expect.any(Number) },
  ])
  expect(reloads).toEqual([])
})

test('a record that is not chosen yet has no id: nothing is subscribed to, and the end of it ends nothing', async () => {
  const stops = [null, undefined, ''].flatMap((id) => [
    subscribeToModel('Account', id, ['account']),
    subscribeToSync('Account', id, () => {}),
  ])
  const stop = subscribeToModel('Account', 7, ['account'])
  for (const each of stops) each()
  await expect.poll(asked).toEqual(['join Account:7'])

  mark('Account:7', 600)
  await expect.poll(() => reloads).toEqual([['account']])

  expect([...syncRegistry.subscriptions]).toEqual([['Account:7', new Set(['account'])]])
  stop()
})

test('disconnect closes the connection and clears subscriptions, pending reloads and the pause before them', async () => {
  syncRegistry.configure({ debounceMs: 3_600_000 })
  subscribeToModel('Account', 7, ['account'])
  await expect.poll(asked).toEqual(['join Account:7'])
  mark('Account:7', 600)
  await expect.poll(() => [...syncRegistry.pendingReloads]).toEqual(['account'])
  const before = [
    syncRegistry.subscriptions.size,
    syncRegistry.reloadTimer === null,
    syncRegistry.isConnected,
  ]

  syncRegistry.disconnect()
  syncRegistry.performReload()

  expect(before).toEqual([1, false, true])
  expect(syncRegistry.pendingReloads.size).toBe(0)
  expect(syncRegistry.subscriptions.size).toBe(0)
  expect(syncRegistry.reloadTimer).toBeNull()
  expect(syncRegistry.isConnected).toBe(false)
  expect(reloads).toEqual([])
  await expect.poll(() => server.sockets).toEqual([])
})

test('handleMessage: a confirmation reloads nothing, an error is told with its reason, another message reloads', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const heard: MarkerMessage[] = []
  subscribeToModel('Account', 7, ['account'])
  subscribeToSync('Account', 7, (message) => heard.push(message))
  const identifier = 'Account:7'

  syncRegistry.handleMessage({ identifier, type: 'subscribed' })
  syncRegistry.handleMessage({ identifier, type: 'error', error: 'Unauthorized' })
  const whenAnswered = [[...syncRegistry.pendingReloads], heard.length, warn.mock.calls.length]
  syncRegistry.handleMessage({ identifier, action: 'update', timestamp: 5 })

  expect(whenAnswered).toEqual([[], 0, 1])
  expect(warn.mock.calls[0]?.[0]).toMatch(
    /^\[syncline\] The server refuses `Account:7`: Unauthorized\. .*`npx syncline explain may-read 'Account:7'`/,
  )
  expect([...syncRegistry.pendingReloads]).toEqual(['account'])
  expect(heard).toEqual([{ identifier, action: 'update', prop: undefined, timestamp: 5 }])
})

test('where nothing is known of the page, a developer is told what to call once something is stale', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  syncRegistry.configure({ page: undefined as never })
  subscribeToModel('Account', 7, ['account'])

  await expect
    .poll(() => warn.mock.calls)
    .toEqual([
      [
        '[syncline] Something is stale, and nothing is known of the page. Call `syncRegistry.configure({ page: … })` with an adapter, such as `inertiaPage(router)`.',
      ],
    ])
})

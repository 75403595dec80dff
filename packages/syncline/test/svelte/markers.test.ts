/** Subscriptions of real Svelte 5 components in Chromium, over a real server and database, and what they send. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openBrowser } from '../../../../test/setup/chromium.ts'
import { startTcpProxy, type TcpProxy } from '../../src/testing/tcp-proxy.ts'
import { type AccountsServer, startAccountsServer } from '../markers/accounts-server.ts'
import { type ServedPage, servePage } from './serve-page.ts'

let server: AccountsServer
let proxy: TcpProxy
let served: ServedPage
let browser: Browser
let page: Page
/** What the page sent, oldest first, as `join Account:7`. */
let sent: string[]
const complaints: string[] = []

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startAccountsServer(), openBrowser()])
  proxy = await startTcpProxy({ port: server.port })
  served = await servePage('markers-page.ts', { markersUrl: `ws://127.0.0.1:${proxy.port}/sync` })
})
afterAll(async () => {
  await browser?.close()
  served?.close()
  await proxy?.close()
  await server?.close()
})

beforeEach(async () => {
  sent = []
  page = await browser.newPage()
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => note(String(payload))))
  await page.goto(served.url)
})
afterEach(async () => {
  await page.close()
  expect(complaints).toEqual([])
})

function note(frame: string): void {
  const { type, channel } = JSON.parse(frame) as { type: string; channel?: string }
  if (channel) sent.push(`${type} ${channel}`)
}

const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
const subscribed = () => page.evaluate(() => window.subscribed())
const reloads = () => page.evaluate(() => window.reloads)
const untilSent = (...frames: string[]) => expect.poll(() => sent.slice(-frames.length)).toEqual(frames)

test('a component is subscribed while it is on the page; an identifier whose id is null is skipped', async () => {
  await press('Subscribed')
  await untilSent('join Account:all', 'join Account:7/account_users')
  expect(await subscribed()).toEqual({
    'Account:all': ['accounts'],
    'Account:7/account_users': ['members'],
  })

  await press('Nothing')

  await untilSent('leave Account:all', 'leave Account:7/account_users')
  expect(await subscribed()).toEqual({})
  expect(sent).toHaveLength(4)
})

test('a change reloads what the component shows of it, and nothing after the component', async () => {
  await press('Subscribed')
  await expect.poll(() => page.textContent('#state')).toBe('connected')
  // What the page shows came from an unknown place: it is loaded once more.
  await expect.poll(async () => (await reloads()).flat().toSorted()).toEqual(['accounts', 'members'])

  const first = (await reloads()).length
  await server.query("update account_users set role = 'admin' where id = 70")
  await expect.poll(async () => (await reloads()).slice(first)).toEqual([['members']])
  await press('Nothing')
  await server.query("update account_users set role = 'owner' where id = 70")
  await untilSent('leave Account:all', 'leave Account:7/account_users')
  // Longer than a marker and its debounce take.
  await page.waitForTimeout(900)

  expect((await reloads()).slice(first)).toEqual([['members']])
})

test('subscriptions that change send only the difference, and end with their component', async () => {
  await press('Selected')
  await untilSent('join Account:all')

  await press('Seven')
  await untilSent('join Account:all', 'join Account:7', 'join Account:7/account_users')
  await press('Eight')
  await untilSent(
    'join Account:8',
    'join Account:8/account_users',
    'leave Account:7',
    'leave Account:7/account_users',
  )
  await press('None')
  await untilSent('leave Account:8', 'leave Account:8/account_users')
  expect(await subscribed()).toEqual({ 'Account:all': ['accounts'] })
  await press('Nothing')
  await untilSent('leave Account:all')

  expect(sent).toHaveLength(10)
})

test.each(['useSync', 'createDynamicSync'])(
  'a component may say how long its markers wait: %s',
  async (how) => {
    await page.evaluate(() => window.collectFor(3_600_000))

    await press(`Quick with ${how}`)
    // It came from an unknown place.
    await expect.poll(reloads).toEqual([['members']])
    await server.query("update account_users set role = 'admin' where id = 70")

    await expect.poll(reloads).toEqual([['members'], ['members']])
    await server.query("update account_users set role = 'owner' where id = 70")
  },
)

test('a page change that brings the same subscription sends nothing for it', async () => {
  await press('Subscribed')
  await untilSent('join Account:all', 'join Account:7/account_users')

  await press('Selected')

  await untilSent('leave Account:7/account_users')
  expect(sent).toHaveLength(3)
})

test('whether markers come is read as anything reactive is', async () => {
  const shown = () => page.textContent('#state')
  await press('Subscribed')
  await expect.poll(shown).toBe('connected')

  proxy.fault({ blackhole: 'both' })
  proxy.cut()

  await expect.poll(shown).toBe('reconnecting')
  proxy.fault({})
  proxy.cut()
  await expect.poll(shown).toBe('connected')
})

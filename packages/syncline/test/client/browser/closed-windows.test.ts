/** What windows have written without a network, in the others: while they are open, and when they were closed. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { openBrowser } from '../../../../../test/setup/chromium.ts'
import { type StageFixture, startStage } from '../stage-fixture.ts'
import { type ScriptPage, serveScript } from './browser.ts'
import type { TestPage } from './page.ts'

declare const page: TestPage

let browser: Browser
let script: ScriptPage
let stage: StageFixture
let context: BrowserContext

beforeAll(async () => {
  browser = await openBrowser()
  script = await serveScript('./page.ts')
})

afterAll(async () => {
  await browser.close()
  await script.close()
})

beforeEach(async () => {
  const [major = ''] = Object.keys(inject('servers'))
  stage = await startStage(inject('servers')[major] as string, ['ana'])
  context = await browser.newContext()
})

afterEach(async () => {
  await context.close()
  await stage.close()
})

const start = (window: Page) => window.evaluate((url) => page.start(url), stage.url)
const look = (window: Page) => window.evaluate(() => page.look())
const until = (window: Page, expression: string) =>
  window.waitForFunction(expression, undefined, { polling: 20 })
const untilShown = (window: Page, ...texts: string[]) =>
  until(window, `${JSON.stringify(texts)}.every((text) => page.look().texts.includes(text))`)

async function openWindow(): Promise<Page> {
  const window = await context.newPage()
  await window.goto(script.url)
  await start(window)
  await until(window, 'page.look().status.status === "realtime"')
  return window
}

function disconnect(): void {
  stage.proxy.fault({ cutChance: 1 })
  stage.proxy.cut()
}

/** So many devices are held, by so many windows. */
async function areTakenOver([devices, windows]: readonly number[]): Promise<boolean> {
  const { held = [] } = await navigator.locks.query()
  return held.length === devices && new Set(held.map(({ clientId }) => clientId)).size === windows
}

const isHoldingTwo = (window: Page) =>
  window.evaluate(() =>
    navigator.locks.request('me', async () => {
      const { held = [] } = await navigator.locks.query()
      const me = held.find(({ name }) => name === 'me')?.clientId
      return held.filter(({ clientId }) => clientId === me).length === 3
    }),
  )

const camera = async (id: string) =>
  (await stage.database.query(`select name, note, version from cameras where id = '${id}'`))[0]

test('K1, W2, W3: the window that stays shows what both have written, also after a reload, and the database gets it once', async () => {
  const [first, second] = [await openWindow(), await openWindow()]
  const { version } = (await camera('p1-c1')) as { version: number }
  disconnect()
  await first.evaluate(() => page.rename('p1-c1', 'of the first'))
  await first.evaluate(() => page.create('c-first'))
  await second.evaluate(() => page.annotate('p1-c1', 'note of the second'))
  await second.evaluate(() => page.create('c-second'))
  await second.evaluate(() => page.rename('p1-c1', 'later, of the second'))

  const written = ['later, of the second', 'note of the second', 'c-first', 'c-second']
  await Promise.all([first, second].map((window) => untilShown(window, ...written)))
  await second.close()
  await first.waitForFunction(areTakenOver, [2, 1])
  const closed = await look(first)
  await first.reload()
  await start(first)
  await untilShown(first, ...written)
  stage.proxy.fault({})
  await until(first, 'page.look().status.status === "realtime" && page.look().status.pending === 0')
  const end = await look(first)
  const kept = await camera('p1-c1')
  const third = await openWindow()
  const next = await look(third)

  expect(closed.texts).toEqual(expect.arrayContaining(written))
  expect(closed.status).toMatchObject({ realtimeConnected: false, pending: 5, storage: 'durable' })
  expect(kept).toMatchObject({ note: 'note of the second', version: version + 3 })
  expect(['of the first', 'later, of the second']).toContain(kept?.['name'])
  expect(await camera('c-second')).toMatchObject({ version: 1 })
  expect(end.texts).toEqual(expect.arrayContaining([kept?.['name'], 'c-first', 'c-second']))
  expect(next).toMatchObject({ status: { pending: 0 }, texts: end.texts, refused: [] })
})

test('W3: of three windows the last shows and sends all, and lists what was refused', async () => {
  const windows = [await openWindow(), await openWindow(), await openWindow()]
  const [first, ...others] = windows as [Page, Page, Page]
  disconnect()
  await first.evaluate(() => page.create('c-refused', 'nowhere'))
  await first.evaluate(() => page.create('c-0'))
  for (const [at, window] of others.entries()) await window.evaluate((id) => page.create(id), `c-${at + 1}`)

  await first.close()
  await others[0]?.waitForFunction(areTakenOver, [3, 2])
  const [adopter, last] = (await isHoldingTwo(others[0] as Page)) ? others : others.reverse()
  await adopter?.close()
  if (!last) throw new Error('No window is left.')
  await last.waitForFunction(areTakenOver, [3, 1])
  const { status, texts } = await look(last)
  stage.proxy.fault({})
  await until(last, 'page.look().status.status === "realtime" && page.look().status.pending === 0')
  const end = await look(last)
  const kept = await stage.database.query(`select id from cameras where id like 'c-%' order by id`)

  expect(status.pending).toBe(4)
  expect(texts).toEqual(expect.arrayContaining(['c-0', 'c-1', 'c-2', 'c-refused']))
  expect(end.refused).toEqual(['c-refused'])
  expect(end.texts).not.toContain('c-refused')
  expect(kept.map(({ id }) => id)).toEqual(['c-0', 'c-1', 'c-2'])
})

import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openBrowser } from '../../../../../test/setup/chromium.ts'
import { type StageFixture, startStage } from '../stage-fixture.ts'
import { type ScriptPage, serveScript } from './browser.ts'
import type { TestPage } from './page.ts'

declare const page: TestPage

let browser: Browser
let script: ScriptPage
let stage: StageFixture
const [major = ''] = Object.keys(inject('servers'))

beforeAll(async () => {
  browser = await openBrowser()
  script = await serveScript('./page.ts')
  stage = await startStage(inject('servers')[major] as string, ['ana'])
})

afterAll(async () => {
  await browser.close()
  await script.close()
  await stage.close()
})

interface Window {
  readonly opened: Page
  readonly platform: CDPSession
}

/** A window of a device of its own, which is in step and then loses the network. */
async function openOffline(quotaSize?: number): Promise<Window> {
  stage.proxy.fault({})
  const context = await browser.newContext()
  const opened = await context.newPage()
  const platform = await context.newCDPSession(opened)
  await allowSpace({ opened, platform }, quotaSize)
  await opened.goto(script.url)
  await start(opened)
  await until(opened, 'page.look().status.status === "realtime"')
  goOffline()
  await until(opened, '!page.look().status.realtimeConnected')
  return { opened, platform }
}

async function reload(opened: Page): Promise<void> {
  await opened.reload()
  await start(opened)
}

function goOffline(): void {
  stage.proxy.fault({ cutChance: 1 })
  stage.proxy.cut()
}

function allowSpace({ platform }: Window, quotaSize?: number): Promise<unknown> {
  return platform.send('Storage.overrideQuotaForOrigin', { origin: originOf(script), quotaSize })
}

function clearSite({ platform }: Window): Promise<unknown> {
  return platform.send('Storage.clearDataForOrigin', { origin: originOf(script), storageTypes: 'all' })
}

const originOf = ({ url }: ScriptPage) => new URL(url).origin
const start = (opened: Page) => opened.evaluate((url) => page.start(url), stage.url)
const look = (opened: Page) => opened.evaluate(() => page.look())
const until = (opened: Page, expression: string) =>
  opened.waitForFunction(expression, undefined, { polling: 20, timeout: 8_000 })
const countOf = async (sql: string) =>
  (await stage.database.query(`select count(*)::int as count from ${sql}`))[0]?.['count'] as number

describe('a device without space', () => {
  const QUOTA = 1_000_000

  test('W2, W3: what was stored is shown and sent, once, by a page that starts while nothing more can be stored', async () => {
    const window = await openOffline(QUOTA)
    const { opened } = window
    for (const id of ['full-1', 'full-2', 'full-3']) await opened.evaluate((name) => page.create(name), id)
    await opened.evaluate(() => page.fillSpace())

    await reload(opened)
    await until(opened, 'page.look().status.storage === "failed"')
    await until(opened, 'page.look().status.pending > 0')
    const offline = await look(opened)
    const refused = await opened.evaluate(() => page.create('full-4').catch((error: Error) => error.message))
    stage.proxy.fault({})
    await until(opened, 'page.look().status.status === "realtime"')
    const online = await look(opened)
    const held = await opened.evaluate(async () => (await navigator.locks.query()).held?.length)
    const sent = await countOf("cameras where id like 'full-%'")
    // What the server said of them could not be stored: they are known to it when they come again.
    await reload(opened)
    await until(opened, 'page.look().status.status === "realtime"')
    await allowSpace(window)
    await reload(opened)
    await until(
      opened,
      'page.look().status.status === "realtime" && page.look().status.storage === "durable"',
    )
    const after = await look(opened)

    expect(offline.status).toMatchObject({ pending: 3, storageProblem: { code: 'storage_full' } })
    expect(offline.cameras.sort()).toEqual(['first', 'full-1', 'full-2', 'full-3'])
    expect(refused).toContain('does not survive a reload')
    expect(online.status).toMatchObject({ pending: 0, storage: 'failed' })
    expect(sent).toBe(4)
    // As long as it is not stored that they are sent, they are not taken for unsent again.
    expect(held).toBe(2)
    expect(after).toMatchObject({ status: { pending: 0 }, refused: [] })
    await opened.context().close()
  })

  test('W2: a window that is opened beside it is another device', async () => {
    const { opened } = await openOffline(QUOTA)
    await opened.evaluate(() => page.create('two-1'))
    await opened.evaluate(() => page.fillSpace())
    await reload(opened)
    await until(opened, 'page.look().status.pending === 1')
    const beside = await opened.context().newPage()
    await beside.goto(script.url)
    await start(beside)
    await until(beside, 'page.look().status.storage === "failed"')

    await Promise.all([
      opened.evaluate(() => page.create('two-2').catch(() => {})),
      beside.evaluate(() => page.create('two-3').catch(() => {})),
    ])
    stage.proxy.fault({})
    await Promise.all([opened, beside].map((each) => until(each, 'page.look().status.status === "realtime"')))
    const looks = await Promise.all([opened, beside].map(look))

    expect(await countOf("cameras where id like 'two-%'")).toBe(3)
    for (const each of looks) expect(each).toMatchObject({ status: { pending: 0 }, refused: [] })
    await opened.context().close()
  })
})

describe('site data cleared under an open page', () => {
  test('K2, W3: it is told at once, and what is unsent is stored again', async () => {
    const window = await openOffline()
    const { opened } = window
    await opened.evaluate(() => page.create('cleared-1'))
    await opened.evaluate(() => page.noteStorage())

    await clearSite(window)
    await until(opened, 'page.storage.length > 2')
    const told = await opened.evaluate(() => page.storage)
    await opened.evaluate(() => page.create('cleared-2'))
    await reload(opened)
    await until(opened, 'page.look().status.storage === "durable" && page.look().status.pending > 0')
    const offline = await look(opened)
    stage.proxy.fault({})
    await until(opened, 'page.look().status.status === "realtime"')

    expect(told).toEqual(['durable', 'storage_lost', 'durable'])
    expect(offline.status).toMatchObject({ pending: 2 })
    expect(offline.cameras).toEqual(expect.arrayContaining(['cleared-1', 'cleared-2']))
    expect(await countOf("cameras where id like 'cleared-%'")).toBe(2)
    await opened.context().close()
  })

  test('K2: where it cannot be stored again, nothing is called stored', async () => {
    const window = await openOffline()
    const { opened } = window
    await opened.evaluate(() => page.create('unkept-1'))
    await opened.evaluate(() => page.refuseStorage())

    await clearSite(window)
    await until(opened, 'page.look().status.storage === "failed"')
    const write = await opened.evaluate(() => page.create('unkept-2').catch((error: Error) => error.message))
    stage.proxy.fault({})
    await until(opened, 'page.look().status.status === "realtime"')

    expect(write).toContain('does not survive a reload')
    expect(await countOf("cameras where id like 'unkept-%'")).toBe(2)
    await opened.context().close()
  })

  test('K3: a window does not bring back what another removed by signing out', async () => {
    const { opened } = await openOffline()
    stage.proxy.fault({})
    await until(opened, 'page.look().status.status === "realtime"')
    const beside = await opened.context().newPage()
    await beside.goto(script.url)
    await start(beside)
    await until(beside, 'page.look().status.status === "realtime"')

    await beside.evaluate(() => page.signOut())
    await until(opened, 'page.look().status.storage === "failed"')
    await opened.evaluate(() => page.create('after-sign-out').catch(() => {}))
    const databases = await opened.evaluate(() => indexedDB.databases())

    expect(databases).toEqual([])
    await opened.context().close()
  })
})

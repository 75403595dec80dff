import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openBrowser } from '../../../../../test/setup/chromium.ts'
import { STORAGE_CONTRACT } from '../storage/contract.ts'
import { FAULT_KINDS } from '../storage/faults.ts'
import { type StageFixture, startStage } from '../stage-fixture.ts'
import { type ScriptPage, serveScript } from './browser.ts'
import type { TestPage } from './page.ts'

declare const page: TestPage

let browser: Browser
let script: ScriptPage

beforeAll(async () => {
  browser = await openBrowser()
  script = await serveScript('./page.ts')
})

afterAll(async () => {
  await browser.close()
  await script.close()
})

/** A window of a device of its own. */
async function openPage(): Promise<Page> {
  const context = await browser.newContext()
  const opened = await context.newPage()
  await opened.goto(script.url)
  return opened
}

for (const storage of ['memory', 'indexedDb'] as const) {
  describe(`${storage}() in Chromium`, () => {
    let opened: Page

    beforeAll(async () => {
      opened = await openPage()
    })

    afterAll(() => opened.context().close())

    for (const { title } of STORAGE_CONTRACT) {
      // The case fails where it runs: what it throws there is thrown here.
      test(title, () =>
        opened.evaluate(([name, kind]) => page.runContract(name, kind), [title, storage] as const),
      )
    }
  })
}

describe('K2: nothing is called stored that is not, in Chromium', () => {
  // Together they fail every call once; in Node every call fails in every way.
  for (const [index, kind] of FAULT_KINDS.entries()) {
    test(`calls that fail once: ${kind}`, { timeout: 180_000 }, async () => {
      const opened = await openPage()

      const calls = await opened.evaluate(([fault, first, step]) => page.runFaults(fault, first, step), [
        kind,
        index,
        FAULT_KINDS.length,
      ] as const)

      expect(calls).toBeGreaterThan(100)
      await opened.context().close()
    })
  }
})

// What is lost when a page goes is lost once in a while.
const ROUNDS = Array.from({ length: 24 }, (_, index) => index + 1)

describe('a page with a server', () => {
  let stage: StageFixture
  const [major = ''] = Object.keys(inject('servers'))

  beforeAll(async () => {
    stage = await startStage(inject('servers')[major] as string, ['ana'])
  })

  afterAll(() => stage.close())

  const look = (opened: Page) => opened.evaluate(() => page.look())
  const until = (opened: Page, expression: string) =>
    opened.waitForFunction(expression, undefined, { polling: 20 })

  test('K1, W3: a reload without network shows what was there and what was written; the network brings the rest', async () => {
    const opened = await openPage()
    await opened.evaluate((url) => page.start(url), stage.url)
    await until(opened, 'page.look().status.status === "realtime"')
    const before = await look(opened)
    stage.proxy.fault({ cutChance: 1 })
    stage.proxy.cut()

    await opened.evaluate(() => page.rename('p1-c1', 'written offline'))
    await opened.reload()
    await opened.evaluate((url) => page.start(url), stage.url)
    await until(opened, '["productions", "cameras", "lenses"].every((rows) => page.look()[rows].length > 0)')
    await until(opened, 'page.look().status.storage === "durable" && page.look().status.pending > 0')
    const offline = await look(opened)
    stage.proxy.fault({})
    await until(opened, 'page.look().status.status === "realtime"')
    const rows = await stage.database.query("select name from cameras where id = 'p1-c1'")

    expect(before).toMatchObject({ productions: ['p1', 'p2', 'p3'], cameras: ['first'], lenses: ['first'] })
    expect(offline).toMatchObject({
      productions: ['p1', 'p2', 'p3'],
      cameras: ['written offline'],
      lenses: ['first'],
    })
    expect(offline.status).toMatchObject({ realtimeConnected: false, pending: 1, storage: 'durable' })
    expect(rows).toEqual([{ name: 'written offline' }])
    await opened.context().close()
  })

  test('W3: what is written in the moment in which a page goes is there in the next, whoever hears of it first', async () => {
    const opened = await openPage()
    const start = async (round: number) => {
      // One before the client hears of it, which then finds a transaction under way; two after.
      await opened.evaluate((text) => page.writeLast('pagehide', 'p1-c1', { name: text }), `name ${round}`)
      await opened.evaluate((url) => page.start(url), stage.url)
      await opened.evaluate((text) => page.writeLast('pagehide', 'p1-c1', { note: text }), `note ${round}`)
      await opened.evaluate((tag) => page.writeLast('visibilitychange', 'p1-c1', { tags: [tag] }), `${round}`)
    }
    await start(1)
    await until(opened, 'page.look().status.status === "realtime"')
    await opened.evaluate(() => page.rename('p1-c1', 'first'))
    stage.proxy.fault({ cutChance: 1 })
    stage.proxy.cut()

    const found: unknown[] = []
    for (const round of ROUNDS) {
      await opened.reload()
      await start(round + 1)
      await until(opened, 'page.look().status.storage === "durable" && page.look().cameras.length > 0')
      found.push((await look(opened)).texts)
    }
    stage.proxy.fault({})
    await until(opened, 'page.look().status.pending === 0 && page.look().status.status === "realtime"')
    const rows = await stage.database.query("select name, note, tags from cameras where id = 'p1-c1'")

    const last = ROUNDS.at(-1)
    expect(found).toEqual(ROUNDS.map((round) => [`name ${round}`, `note ${round}`, `${round}`]))
    expect(rows).toEqual([{ name: `name ${last}`, note: `note ${last}`, tags: [`${last}`] }])
    await opened.context().close()
  })

  test('W3: what is written before an application closes its client as the page goes is there in the next', async () => {
    const opened = await openPage()
    await opened.evaluate((url) => page.start(url), stage.url)
    await until(opened, 'page.look().status.status === "realtime"')
    await opened.evaluate(() => page.rename('p1-c1', 'stored'))
    stage.proxy.fault({ cutChance: 1 })
    stage.proxy.cut()

    const found: unknown[] = []
    for (const round of ROUNDS.slice(0, 5)) {
      await opened.evaluate((name) => page.closeLast('p1-c1', name), `closed ${round}`)
      await opened.reload()
      await opened.evaluate((url) => page.start(url), stage.url)
      await until(opened, 'page.look().status.storage === "durable" && page.look().cameras.length > 0')
      found.push((await look(opened)).cameras)
    }
    stage.proxy.fault({})

    expect(found).toEqual(ROUNDS.slice(0, 5).map((round) => [`closed ${round}`]))
    await opened.context().close()
  })

  test('W2: reloads are one device, and windows that are open at once are several', async () => {
    const opened = await openPage()
    const start = async (window: Page) => {
      await window.evaluate((url) => page.start(url), stage.url)
      await until(window, 'page.look().status.status === "realtime"')
    }
    const countDevices = async () =>
      (await stage.database.query('select count(*)::int as count from syncline.devices'))[0]?.[
        'count'
      ] as number
    const before = await countDevices()
    for (let times = 0; times < 5; times++) {
      await opened.reload()
      await start(opened)
      await opened.evaluate((name) => page.rename('p1-c1', name), `name ${times}`)
      await until(opened, 'page.look().status.pending === 0')
    }
    const second = await opened.context().newPage()
    await second.goto(script.url)
    await start(second)

    await Promise.all([
      opened.evaluate(() => page.rename('p1-c1', 'one')),
      second.evaluate(() => page.rename('p2-c1', 'two')),
    ])
    await Promise.all([opened, second].map((window) => until(window, 'page.look().status.pending === 0')))
    const devices = await countDevices()
    const looks = await Promise.all([opened, second].map((window) => look(window)))

    expect(devices - before).toBe(2)
    expect(looks.map(({ status }) => status.storage)).toEqual(['durable', 'durable'])
    await opened.context().close()
  })
})

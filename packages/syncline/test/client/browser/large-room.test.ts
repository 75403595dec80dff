import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openBrowser } from '../../../../../test/setup/chromium.ts'
import { type StageFixture, startStage } from '../stage-fixture.ts'
import { type ScriptPage, serveScript } from './browser.ts'
import type { LargePage } from './large-page.ts'

declare const page: LargePage

const ROWS = 100_000
const CHANGES = 10_000
const [major = ''] = Object.keys(inject('servers'))

let browser: Browser
let script: ScriptPage
let stage: StageFixture

beforeAll(async () => {
  browser = await openBrowser()
  script = await serveScript('./large-page.ts')
  stage = await startStage(inject('servers')[major] as string, ['ana'])
  await stage.database.query(
    `insert into cameras (id, production_id, name) select 'p1-n' || n, 'p1', 'Camera ' || n from generate_series(2, ${ROWS}) n`,
  )
  await stage.database.query(
    `insert into cameras (id, production_id, name) select 'p2-n' || n, 'p2', 'Camera ' || n from generate_series(2, 200) n`,
  )
}, 120_000)

afterAll(async () => {
  await browser.close()
  await script.close()
  await stage.close()
})

async function openPage(context: BrowserContext): Promise<Page> {
  const opened = await context.newPage()
  await opened.goto(script.url)
  return opened
}

const open = (opened: Page, id: string) =>
  opened.evaluate(([url, root]) => page.open(url, root), [stage.url, id] as const)

test('L2: a device that was away for 10,000 changes catches up with them, and loads nothing again', {
  timeout: 240_000,
}, async () => {
  const context = await browser.newContext()
  const before = await openPage(context)
  await open(before, 'p1')
  await before.evaluate(() => page.untilKept('p1'))
  await before.close()
  for (let done = 0; done < CHANGES; done += 100) {
    await stage.database.query(
      `update cameras set name = 'Renamed' where id in (select 'p1-n' || n from generate_series(${done + 11}, ${done + 110}) n)`,
    )
  }

  const after = await openPage(context)
  await open(after, 'p1')
  const { cameras, named, frames } = await after.evaluate(() => page.look('Renamed'))
  await context.close()

  expect({ cameras, named }).toEqual({ cameras: ROWS, named: CHANGES })
  expect(frames['rows']).toBeUndefined()
})

// 2 MB: what 500 visits to a room of 200 rows would keep is more than ten times that.
const FLAT = 2 * 1024 * 1024

test('opening and closing a room 500 times leaves the heap flat', { timeout: 240_000 }, async () => {
  const context = await browser.newContext()
  const opened = await openPage(context)
  const devtools = await context.newCDPSession(opened)
  const visitAndMeasure = async (times: number) => {
    const seen = await opened.evaluate((count) => page.visit('p2', count), times)
    expect(seen).toBe(times * 200)
    await opened.evaluate(() => page.untilKept('p2'))
    return heap()
  }
  const heap = async () => {
    await devtools.send('HeapProfiler.collectGarbage')
    return (await devtools.send('Runtime.getHeapUsage')).usedSize
  }
  await open(opened, 'p3')

  const before = await visitAndMeasure(50)
  await visitAndMeasure(500)

  // What is about to be stored goes; what leaks stays.
  await expect.poll(async () => (await heap()) - before).toBeLessThan(FLAT)
  await context.close()
})

/**
 * A room of 100,000 rows keeps no task of the page busy for long. What counts is the time that the processor gave to
 * a task, not how long it took on a machine that does other things too, and it is compared with a loop in the same page.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openBrowser } from '../../../../../test/setup/chromium.ts'
import { longestTask, referenceTask } from '../../../../../test/setup/longest-task.ts'
import { type StageFixture, startStage } from '../stage-fixture.ts'
import { type ScriptPage, serveScript } from './browser.ts'
import type { SmoothPage } from './smooth-page.ts'

declare const page: SmoothPage

const ROWS = 100_000
const [major = ''] = Object.keys(inject('servers'))

let browser: Browser
let script: ScriptPage
let stage: StageFixture
let context: BrowserContext

beforeAll(async () => {
  browser = await openBrowser()
  script = await serveScript('./smooth-page.ts')
  stage = await startStage(inject('servers')[major] as string, ['ana'])
  await stage.database.query(
    `insert into cameras (id, production_id, name) select 'p1-n' || n, 'p1', md5(n::text) from generate_series(2, ${ROWS}) n`,
  )
  context = await browser.newContext()
}, 120_000)

afterAll(async () => {
  await browser.close()
  await script.close()
  await stage.close()
})

async function openPage(): Promise<Page> {
  const opened = await context.newPage()
  await opened.goto(script.url)
  return opened
}

// 2: a page that was just opened runs code that nothing has made fast yet, and collects what loading left behind.
const BOUND = 2

/** What the page does, each compared with the loop. */
async function compared(opened: Page, steps: Readonly<Record<string, () => Promise<unknown>>>) {
  const reference = await referenceTask(browser, opened)
  const longest: Record<string, number> = {}
  for (const [name, work] of Object.entries(steps))
    longest[name] = (await longestTask(browser, opened, work)) / reference
  console.log(`longest tasks, as shares of ${Math.round(reference)} ms:`, longest)
  return longest
}

const WHOLE = { rows: ROWS, edited: 0, drawn: 43 }

for (const storage of ['indexedDb', 'memory'] as const) {
  test(`a large room comes over the network, is opened from ${storage}(), scrolled and edited without a long task`, {
    timeout: 240_000,
  }, async () => {
    const first = await openPage()
    const network = await compared(first, {
      load: () => first.evaluate(([kind, url]) => page.open(kind, url), [storage, stage.url] as const),
      keep: () => first.evaluate((kind) => page.close(kind), storage),
    })
    const loaded = await first.evaluate(() => page.look())

    // What is in memory is there in the same page only.
    const again = storage === 'memory' ? first : await openPage()
    if (storage === 'memory') await again.evaluate(() => document.body.replaceChildren())
    const device = await compared(again, {
      open: () => again.evaluate((kind) => page.open(kind), storage),
      scroll: () => again.evaluate(() => page.scroll(50)),
      edit: () => again.evaluate(() => page.edit(50)),
    })
    const seen = await again.evaluate(() => page.look())
    await Promise.all([first.close(), again.close()])

    expect(loaded).toEqual(WHOLE)
    expect(seen).toEqual({ ...WHOLE, edited: 50 })
    for (const share of Object.values({ ...network, ...device })) expect(share).toBeLessThan(BOUND)
  })
}

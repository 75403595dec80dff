/** The checklist in a real Chromium: what an empty one offers, and how large its boxes are. */
import type { Browser } from 'playwright-core'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openBrowser, openProduction, openWindow } from './support/browser.ts'
import { field, section } from './support/page-parts.ts'
import { type StageProcess, startStage } from './support/stage-process.ts'

let database: TestDatabase
let stage: StageProcess
let browser: Browser

beforeAll(async () => {
  database = await createTestDatabase(Object.values(inject('servers')).at(-1) as string)
  ;[stage, browser] = await Promise.all([startStage(database.url), openBrowser()])
  await database.query(`insert into productions (id, name) values ('bare', 'Bare stage')`)
})

afterAll(async () => {
  await browser?.close()
  await stage?.remove()
  await database?.drop()
})

test('an empty one has no phase that nobody began; one that is begun waits for its first task', async () => {
  const page = await openWindow(browser, stage.url, 'Ana')
  await openProduction(page, 'Bare stage')
  const list = section(page, 'Checklist')
  await list.getByText('Tasks stand under the phases of the day').waitFor()
  expect(await list.getByRole('heading', { level: 3 }).count()).toBe(0)

  await list.getByPlaceholder('Begin a phase').fill('Load-in')
  await page.keyboard.press('Enter')
  // The focus goes on to the new phase when that is shown.
  await page.waitForFunction(
    "document.activeElement !== document.body && document.activeElement.placeholder !== 'Begin a phase'",
  )
  await page.keyboard.type('Doors open for the truck')
  await page.keyboard.press('Enter')

  await field(list, 'Name of task Doors open for the truck').waitFor()
  expect(await list.getByRole('heading', { level: 3 }).allTextContents()).toEqual(['Load-in 0 of 1'])
  await list.getByText('Tasks stand under').waitFor({ state: 'detached' })
  await page.context().close()
})

test.each([
  ['a pointer', {}, 24],
  ['a finger', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, 44],
])('a box is large enough for %s', async (_name, options, least) => {
  const page = await openWindow(browser, stage.url, 'Ben', options)
  await openProduction(page, 'Northern Sessions Awards')
  const boxes = page.getByRole('checkbox')
  await boxes.first().waitFor()

  const sizes = await boxes.evaluateAll((all) =>
    all.map((box) => box.getBoundingClientRect()).map(({ width, height }) => Math.min(width, height)),
  )

  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(least)
  await page.context().close()
})

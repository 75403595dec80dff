/** Phones: no page is wider than the window, whatever is written on it. */
import type { Browser } from 'playwright-core'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openBrowser, openProduction, openTab, openWindow } from './support/browser.ts'
import { type StageProcess, startStage } from './support/stage-process.ts'

const LONG = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenproduktion'

let browser: Browser
let database: TestDatabase
let stage: StageProcess

beforeAll(async () => {
  database = await createTestDatabase(Object.values(inject('servers')).at(-1) as string)
  ;[stage, browser] = await Promise.all([startStage(database.url), openBrowser()])
  await database.query(`update productions set name = $1 where id = 'northern-sessions'`, [LONG])
})

afterAll(async () => {
  await browser?.close()
  await stage?.remove()
  await database?.drop()
})

test('the list with a long word and the settings fit a window of 320 pixels', async () => {
  const phone = { viewport: { width: 320, height: 700 }, hasTouch: true, isMobile: true }
  const page = await openWindow(browser, stage.url, 'Ben', phone)
  const width = () => page.evaluate(() => document.documentElement.scrollWidth)
  await page.getByText(LONG).waitFor()
  const list = await width()

  await openProduction(page, LONG)
  await openTab(page, 'Settings')
  await page.getByLabel('Starts', { exact: true }).waitFor()

  expect([list, await width()]).toEqual([320, 320])
  await page.context().close()
})

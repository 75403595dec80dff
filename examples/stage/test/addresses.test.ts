/** Addresses as people write them: the server answers all that the page's own router knows. */
import type { Browser } from 'playwright-core'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openBrowser, openWindow } from './support/browser.ts'
import { field } from './support/page-parts.ts'
import { type StageProcess, startStage } from './support/stage-process.ts'

let database: TestDatabase
let stage: StageProcess
let browser: Browser

beforeAll(async () => {
  database = await createTestDatabase(Object.values(inject('servers')).at(-1) as string)
  ;[stage, browser] = await Promise.all([startStage(database.url), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await stage?.remove()
  await database?.drop()
})

test('a slash at the end of an address leads to the same page', async () => {
  const addresses = [
    '/productions/',
    '/equipment/',
    '/productions/northern-sessions/',
    '/productions/northern-sessions/inputs/',
  ]

  const answers = await Promise.all(addresses.map((address) => fetch(stage.url + address)))

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
})

test('the page at such an address is that page, and the bar above says so', async () => {
  const page = await openWindow(browser, stage.url, 'Ben')

  await page.goto(`${stage.url}/productions/northern-sessions/inputs/`)
  await field(page, 'Name of CCU 1').waitFor()
  await page.goto(`${stage.url}/equipment/`)
  await field(page, 'Name of Tessera SX40').waitFor()

  const here = page.getByRole('navigation', { name: 'Main' }).locator('[aria-current="page"]')
  expect(await here.allTextContents()).toEqual(['Equipment'])
  await page.context().close()
})

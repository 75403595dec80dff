/** What axe finds on every page, in light and dark, and that nothing is wider than a phone. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { problemsOf } from './support/accessibility.ts'
import {
  openBrowser,
  openProduction,
  openSignIn,
  openTab,
  openWindow,
  userButton,
} from './support/browser.ts'
import { field, found } from './support/page-parts.ts'
import { startStage, type StageProcess } from './support/stage-process.ts'

const PRODUCTION = 'Helvion Annual General Meeting'
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

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

test('axe finds no serious problem on any page, in light and dark', async () => {
  const problems: string[] = []

  await visitPages({ colorScheme: 'light' }, async (page) => void problems.push(...(await problemsOf(page))))

  expect(problems).toEqual([])
  // A dozen pages, each of them read by axe.
}, 300_000)

test('no page is wider than a phone, also with a refusal and a notice', async () => {
  const tooWide: string[] = []

  await visitPages(phone, async (page) => {
    // A mobile browser widens the window to what is in it.
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - screen.width)
    if (beyond > 0) tooWide.push(`${page.url()} by ${beyond} px`)
  })

  expect(tooWide).toEqual([])
}, 240_000)

/** Opens every page in turn, the production with a refused text and a notice on it. */
async function visitPages(
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const stranger = await openSignIn(browser, stage.url, options)
  await userButton(stranger, 'Ana').waitFor()
  await look(stranger)
  await stranger.context().close()
  const page = await openWindow(browser, stage.url, 'Ana', options)
  await look(page)
  await openProduction(page, PRODUCTION)
  await refuseAName(page)
  await look(page)
  await openProductionAt(page, 'Northern Sessions Awards')
  for (const tab of ['Signal flow', 'Inputs', 'Switching', 'Outputs', 'Cabling', 'Settings']) {
    await openTab(page, tab)
    await look(page)
  }
  await page.getByRole('link', { name: 'Equipment', exact: true }).click()
  await page.getByRole('combobox', { name: 'Search' }).fill('camera')
  await found(page).first().waitFor()
  await look(page)
  await page.goto(`${stage.url}/productions/none`)
  await page.getByRole('heading', { name: 'Not here' }).waitFor()
  await page.getByText('There is no such production.', { exact: true }).waitFor()
  await look(page)
  await page.context().close()
}

async function openProductionAt(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'Productions', exact: true }).click()
  await openProduction(page, name)
}

async function refuseAName(page: Page): Promise<void> {
  await page.getByPlaceholder('Add a camera').fill('For a moment')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Delete For a moment', exact: true }).click()
  await page.getByText('“For a moment” is deleted.').waitFor()
  await field(page, 'Name of Camera 2').fill('')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').filter({ hasText: 'Not saved' }).waitFor()
}

/** What axe finds on every page, in light and dark, and that nothing is wider than a phone. */
import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { problemsOf } from './support/accessibility.ts'
import { openProduction, openSignIn, openTab, openWindow, userButton } from './support/browser.ts'
import { field, found } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const PRODUCTION = 'Helvion Annual General Meeting'
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

const running = runStage()

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
  const stranger = await openSignIn(running.browser, running.stage.url, options)
  await userButton(stranger, 'Ana').waitFor()
  await look(stranger)
  await stranger.context().close()
  const page = await openWindow(running.browser, running.stage.url, 'Ana', options)
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
  await page.goto(`${running.stage.url}/productions/none`)
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

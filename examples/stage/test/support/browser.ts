/** A real Chromium, and windows of it in which somebody is signed in. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'

export { openBrowser } from '../../../../test/setup/chromium.ts'

/** When a test gives up waiting for what another window shows, in ms. How soon it must be there is measured in one test. */
export const SEEN_WITHIN_MS = 30_000

/** A window comes back by itself within its longest wait between attempts, 30 s, and the time to connect. */
export const BACK_WITHIN_MS = 50_000

/** Opens a window with cookies of its own and signs in by a click, as people do. */
export async function openWindow(
  browser: Browser,
  url: string,
  userName: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const page = await openSignIn(browser, url, options)
  await signIn(page, userName)
  await page.getByRole('heading', { name: 'Productions', exact: true }).waitFor()
  return page
}

/** Chooses who to be, by first name. */
export function signIn(page: Page, userName: string): Promise<void> {
  return userButton(page, userName).click()
}

/** The button of the sign-in page that belongs to a user; beside the name it has the job. */
export function userButton(page: Page, userName: string): Locator {
  return page.getByRole('button', { name: new RegExp(`^${userName} `) })
}

/** Opens a window in which nobody is signed in. A fault on the page fails the test that looks at `faults`. */
export async function openSignIn(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const page = await context.newPage()
  await page.goto(new URL('/productions', url).href)
  return page
}

/** Opens a production from the list. */
export async function openProduction(page: Page, name: string): Promise<void> {
  await page.getByRole('main').getByRole('link', { name }).click()
  await page.getByRole('textbox', { name: 'Name of the production', exact: true }).waitFor()
}

/** Goes to a part of the open production. */
export async function openTab(page: Page, title: string): Promise<void> {
  const tab = page
    .getByRole('navigation', { name: 'Parts of the production' })
    .getByRole('link', { name: title, exact: true })
  await tab.click()
  await tab.and(page.locator('[aria-current="page"]')).waitFor()
  await page.locator('main [aria-busy="true"]').waitFor({ state: 'detached' })
}

/** Windows of a real Chromium in which somebody is signed in to the accounts example. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import { signIn } from '../../../stage/test/support/browser.ts'

/** How long tests wait for what everybody must see, in ms: far more than the page takes, for a machine with other work. */
export const timeout = 30_000

/** Opens a window with cookies of its own and signs in by a click. */
export async function openWindow(
  browser: Browser,
  url: string,
  name: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const page = await openSignIn(browser, url, options)
  await signIn(page, name)
  await ownAccounts(page).waitFor()
  return page
}

/** Opens a window in which nobody is signed in. */
export async function openSignIn(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    ...options,
  })
  const page = await context.newPage()
  await page.goto(`${url}/accounts`)
  return page
}

/** The heading above one's accounts. Who has one reads its name there. */
export function ownAccounts(page: Page) {
  return page.getByRole('heading', { name: /^Your account(s$|: )/ })
}

/** Opens one's own account from the list, and waits until it hears of changes. */
export async function openAccount(page: Page, name: string): Promise<void> {
  await page.getByRole('main').getByRole('link', { name }).click()
  await page.getByRole('heading', { name: 'Members', exact: true }).waitFor()
  await untilConnected(page)
}

/** Opens the list of everybody's accounts, and waits until it hears of changes. */
export async function openAdmin(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Everybody’s', exact: true }).click()
  await page.getByRole('heading', { name: 'Everybody’s accounts', exact: true }).waitFor()
  await untilConnected(page)
}

export async function untilConnected(page: Page): Promise<void> {
  await page.locator('.status[data-status="connected"]').waitFor({ timeout })
}

/** The field with an account's name. */
export function nameField(page: Page) {
  return page.getByRole('textbox', { name: 'Name of the account', exact: true })
}

/** Waits until the field shows a name. */
export async function untilNamed(page: Page, name: string): Promise<void> {
  await expect.poll(() => nameField(page).inputValue(), { timeout, interval: 25 }).toBe(name)
}

/** How tests find and await things on a page. */
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { SEEN_WITHIN_MS } from './browser.ts'

/** A text field by its exact name. */
export function field(page: Page | Locator, name: string): Locator {
  return page.getByRole('textbox', { name, exact: true })
}

/** The table of a kind of records. */
export function section(page: Page, title: string): Locator {
  return page.getByRole('region', { name: title, exact: true })
}

/** Waits until a field shows a text. */
export function untilValue(
  page: Page | Locator,
  name: string,
  value: string,
  withinMs = SEEN_WITHIN_MS,
): Promise<void> {
  return until(async () => (await field(page, name).inputValue()) === value, withinMs)
}

/** Waits until something holds. */
export async function until(holds: () => Promise<boolean>, withinMs = SEEN_WITHIN_MS): Promise<void> {
  await expect.poll(holds, { timeout: withinMs, interval: 25 }).toBe(true)
}

/** Something that search found; the choices of a list on the page are options too. */
export function found(page: Page, name?: string): Locator {
  return page.getByRole('listbox', { name: 'Found' }).getByRole('option', { name })
}

/** Waits until the field with this label has the focus. */
export function untilFocused(page: Page, label: string): Promise<void> {
  return until(
    async () => (await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))) === label,
  )
}

/** Waits until the page says that it is live and has nothing left to send. */
export async function untilSettled(page: Page, withinMs = SEEN_WITHIN_MS): Promise<void> {
  await page
    .locator('.status[data-live="yes"] .unsent:empty')
    .waitFor({ state: 'attached', timeout: withinMs })
}

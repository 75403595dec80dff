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

/** Waits until the page says that it is live and has nothing left to send. */
export async function untilSettled(page: Page, withinMs = 20_000): Promise<void> {
  await page
    .locator('.status[data-live="yes"] .unsent:empty')
    .waitFor({ state: 'attached', timeout: withinMs })
}

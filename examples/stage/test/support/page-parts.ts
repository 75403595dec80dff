/** How tests find and await things on a page. */
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { SEEN_WITHIN_MS } from './browser.ts'

/** A text field by its exact name. */
export function field(page: Page | Locator, name: string): Locator {
  return page.getByRole('textbox', { name, exact: true })
}

/** A field for a number by its exact name. */
export function numberField(page: Page | Locator, name: string): Locator {
  return page.getByRole('spinbutton', { name, exact: true })
}

/** The table of a kind of records. */
export function section(page: Page, title: string): Locator {
  return page.getByRole('region', { name: title, exact: true })
}

/** Chooses one of many, which are on the page while somebody is in the choice. */
export async function chooseFrom(choice: Locator, label: string): Promise<void> {
  await choice.focus()
  await choice.selectOption({ label })
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

/** Waits until what is called so has the focus, and keeps it. */
export async function untilFocused(page: Page, name: string): Promise<void> {
  await expect.poll(() => focusedName(page), { timeout: SEEN_WITHIN_MS, interval: 25 }).toBe(name)
}

/** What that is called which has the focus; the page itself is called BODY. */
export function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement: element } = document
    if (!element || element === document.body) return 'BODY'
    return element.getAttribute('aria-label') ?? element.textContent ?? ''
  })
}

/** Waits until the page says that it is live and has nothing left to send. */
export async function untilSettled(page: Page, withinMs = SEEN_WITHIN_MS): Promise<void> {
  await page
    .locator('.status[data-live="yes"] .unsent:empty')
    .waitFor({ state: 'attached', timeout: withinMs })
}

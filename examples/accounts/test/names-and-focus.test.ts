/** Names in full, headings, and where the focus goes, in a real Chromium. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openBrowser, userButton } from '../../stage/test/support/browser.ts'
import { untilFocused } from '../../stage/test/support/page-parts.ts'
import { type StageProcess, startStage } from '../../stage/test/support/stage-process.ts'
import { nameField, openAccount, openAdmin, openWindow, ownAccounts, untilNamed } from './support/windows.ts'

const LONG = 'Stichting Koninklijk Orkest en Toneelgezelschap Noord-Nederland'
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
const sizes: [string, BrowserContextOptions][] = [
  ['a desktop', {}],
  ['a phone', phone],
  ['a small phone', { ...phone, viewport: { width: 320, height: 640 } }],
]

let database: TestDatabase
let server: StageProcess
let browser: Browser

beforeAll(async () => {
  database = await createTestDatabase(Object.values(inject('servers')).at(-1) as string)
  ;[server, browser] = await Promise.all([startStage(database.url), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await server?.remove()
  await database?.drop()
})

test.each(sizes)('a long name stands in its field as a whole, on %s', async (_size, options) => {
  await database.query(`update accounts set name = $1 where name in ('Crosslight Rental', $1)`, [LONG])
  const ana = await openWindow(browser, server.url, 'Ana', options)
  await openAccount(ana, LONG)
  await untilNamed(ana, LONG)

  const hidden = await nameField(ana).evaluate(
    ({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
      scrollWidth - clientWidth + Math.max(scrollHeight - clientHeight, 0),
  )
  await nameField(ana).press('End')
  await nameField(ana).pressSequentially(' b.v.')
  await nameField(ana).press('Enter')

  await ana.getByRole('button', { name: 'Save', exact: true }).waitFor({ state: 'detached' })
  expect(hidden).toBe(0)
  expect(await database.query(`select 1 from accounts where name = $1`, [`${LONG} b.v.`])).toHaveLength(1)
  await database.query(`update accounts set name = 'Crosslight Rental' where name = $1`, [`${LONG} b.v.`])
  await ana.context().close()
})

test('characters are counted as people count them, on the page and by the server', async () => {
  const ana = await openWindow(browser, server.url, 'Ana')
  await openAccount(ana, 'Crosslight Rental')

  await nameField(ana).fill('👩‍🚀'.repeat(81))
  await ana.getByText('81 of 80 characters', { exact: true }).waitFor()
  await nameField(ana).press('Enter')
  await ana.getByText('This name has 81 characters. At most 80 fit.', { exact: true }).waitFor()
  // One of the two is enough.
  expect(await ana.getByText('81 of 80 characters').count()).toBe(0)
  await nameField(ana).fill(`  ${'👩‍🚀'.repeat(80)} `)
  await ana.getByText('80 of 80 characters', { exact: true }).waitFor()
  await nameField(ana).press('Enter')

  await untilNamed(ana, '👩‍🚀'.repeat(80))
  await nameField(ana).fill('Crosslight\nRental')
  await nameField(ana).press('Enter')
  await untilNamed(ana, 'Crosslight Rental')
  await ana.context().close()
})

test.each(sizes)('every page has one heading of the first level, on %s', async (_size, options) => {
  const headings: string[] = []
  const note = async (page: Page) => {
    const names = await page.getByRole('heading', { level: 1 }).allTextContents()
    headings.push(names.map((name) => name.trim()).join(' and '))
  }
  const page = await openWindow(browser, server.url, 'Ana', options)

  await note(page)
  await openAccount(page, 'Crosslight Rental')
  await note(page)
  await openAdmin(page)
  await note(page)
  await page.getByRole('main').getByRole('link', { name: 'Helvion', exact: true }).click()
  await page.getByRole('heading', { name: 'Members', exact: true }).waitFor()
  await note(page)
  for (const path of ['/admin/accounts?account_id=none', '/accounts/none', '/', '/nothing-here']) {
    await page.goto(server.url + path)
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    await note(page)
  }

  expect(headings).toEqual([
    'Your account: Crosslight Rental',
    'Crosslight Rental',
    'Everybody’s accounts',
    'Everybody’s accounts',
    'Everybody’s accounts',
    'Not here',
    'Two applications, one database, every change at once',
    'Nothing here',
  ])
  await page.context().close()
})

test('on a phone the selected account is shown from its top with the focus in it, and is left for its row', async () => {
  const page = await openWindow(browser, server.url, 'Ana', phone)
  await openAdmin(page)
  const row = page.getByRole('main').getByRole('link', { name: 'Northern Sessions', exact: true })
  await row.scrollIntoViewIfNeeded()
  await row.focus()

  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Members', exact: true }).waitFor()
  await untilFocused(page, 'Selected account')
  expect(await page.evaluate(() => scrollY)).toBe(0)
  await page.keyboard.press('Tab')
  await untilFocused(page, 'All accounts')
  await page.keyboard.press('Enter')

  await untilFocused(page, 'Northern Sessions')
  await page.context().close()
})

test('what goes gives the focus on: a button that has done its work, a member who was removed, a page that was left', async () => {
  const cleo = await openWindow(browser, server.url, 'Cleo')
  await openAccount(cleo, 'Velodrome Trust')

  await nameField(cleo).fill('Velodrome')
  await press(cleo, 'Discard')
  await untilFocused(cleo, 'Name of the account')
  await nameField(cleo).fill('Velodrome Trust, Apeldoorn')
  await press(cleo, 'Save')
  await cleo.getByRole('button', { name: 'Save', exact: true }).waitFor({ state: 'detached' })
  await untilFocused(cleo, 'Name of the account')
  const names = await cleo
    .getByRole('button', { name: /^Remove / })
    .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label') ?? ''))
  const [, second = '', third] = names
  await press(cleo, second)
  await cleo.getByRole('button', { name: 'Remove', exact: true }).focus()
  await cleo.keyboard.press('Enter')
  await untilFocused(cleo, third ?? names[0] ?? '')
  await cleo
    .getByRole('combobox', { name: /^Role of/ })
    .last()
    .focus()
  await press(cleo, 'Sign out')
  await userButton(cleo, 'Cleo').waitFor()

  await expect.poll(() => cleo.evaluate(() => document.activeElement?.id)).toBe('main')
  await press(cleo, /^Cleo /)
  await ownAccounts(cleo).waitFor()
  await expect.poll(() => cleo.evaluate(() => document.activeElement?.id)).toBe('main')
  await cleo.context().close()
})

/** Presses a button with the keyboard. */
async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name, exact: true }).focus()
  await page.keyboard.press('Enter')
}

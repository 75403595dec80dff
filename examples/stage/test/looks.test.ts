/** Things that are seen, not read: what stays in its place, what stands out, what is printed. */
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { openProduction, openSignIn, openTab, openWindow, userButton } from './support/browser.ts'
import { field, found, section } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

const MANY = 150

let ben: Page

beforeAll(async () => {
  await running.database.query(
    `insert into sources (production_id, name) select 'northern-sessions', 'Spare ' || n from generate_series(1, $1::int) n`,
    [MANY],
  )
  await running.database.query(
    `insert into connections (production_id, from_id, to_id)
     select production_id, from_id, to_id from connections where id = 'northern-sessions-connection-1'`,
  )
  await running.database.query(
    `insert into records (production_id, name) values ('northern-sessions', 'Twin')`,
  )
  await running.database.query(`insert into sends (production_id, name) values ('northern-sessions', 'Twin')`)
  ben = await openWindow(running.browser, running.stage.url, 'Ben')
  await openProduction(ben, 'Northern Sessions Awards')
})

test('the parts of a production stay in their place, whichever is open', async () => {
  const tops: number[] = []

  for (const part of ['Floor', 'Signal flow', 'Inputs', 'Switching', 'Outputs', 'Cabling', 'Settings']) {
    await openTab(ben, part)
    tops.push(await ben.locator('.tabs').evaluate((tabs) => Math.round(tabs.getBoundingClientRect().top)))
  }

  expect(new Set(tops).size).toBe(1)
})

test('no two buttons of a part have one name', async () => {
  const twice: string[] = []

  for (const part of ['Inputs', 'Outputs', 'Cabling']) {
    await openTab(ben, part)
    const names = await ben
      .locator('main .remove')
      .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label') ?? ''))
    twice.push(...names.filter((name, index) => names.indexOf(name) !== index))
  }
  await openTab(ben, 'Outputs')

  expect(twice).toEqual([])
  await field(section(ben, 'Sends'), 'Name of Twin (send)').waitFor()
})

test('a device that stands back in the signal flow shows as clearly as any that it has the focus', async () => {
  await openTab(ben, 'Signal flow')
  await ben.getByRole('button', { name: 'Camera, Camera 1, ready', exact: true }).click()
  await ben.mouse.move(0, 0)
  await ben.keyboard.press('ArrowDown')
  const box = ben.locator('.box:focus-visible')

  const opacities = await box.evaluate((element) => {
    const rect = element.querySelector('rect') as Element
    return [element, rect].map((one) => getComputedStyle(one).opacity)
  })

  expect(await box.getAttribute('data-traced')).toBe(null)
  await expect.poll(() => opacities).toEqual(['1', '1'])
})

test('a search with more hits than are shown says so; without a hit nothing is pointed at', async () => {
  const search = ben.getByRole('combobox', { name: 'Search' })

  await search.fill('spare')
  await ben.getByText(/^The best 12 of 1\d\d\. Write more to find less\.$/).waitFor()
  expect(await found(ben).count()).toBe(12)
  await search.fill('xylophone')
  await ben.getByText('Nothing contains “xylophone”.', { exact: true }).waitFor()

  expect(await search.getAttribute('aria-activedescendant')).toBe(null)
  await search.fill('')
})

test('what stands in the heading of a column does not stand in its empty fields again', async () => {
  await openTab(ben, 'Cabling')

  const echoes = await ben
    .locator('main td[data-heading] textarea')
    .evaluateAll((fields) =>
      fields
        .filter((one) => (one as HTMLTextAreaElement).placeholder === one.closest('td')?.dataset['heading'])
        .map((one) => one.getAttribute('aria-label')),
    )

  expect(echoes).toEqual([])
})

test('who is chosen on the sign-in page is marked until the server has answered', async () => {
  const page = await openSignIn(running.browser, running.stage.url)
  let answer = () => {}
  const mayAnswer = new Promise<void>((resolve) => {
    answer = resolve
  })
  await page.route('**/session', async (route) => {
    if (route.request().method() === 'POST') await mayAnswer
    await route.continue()
  })

  await userButton(page, 'Cleo').click()
  await page.getByRole('button', { name: /^Cleo .*Signing in…$/ }).waitFor()
  answer()

  await page.getByRole('heading', { name: 'Productions', exact: true }).waitFor()
  await page.context().close()
})

test('a production is printed whole, without what only a screen can do', async () => {
  await openTab(ben, 'Inputs')
  await ben.getByText(`in all`).first().waitFor()
  const rows = section(ben, 'Sources').locator('tr[data-index]')
  const total = await section(ben, 'Sources').locator('table').getAttribute('aria-rowcount')
  expect(await rows.count()).toBeLessThan(Number(total) - 1)

  await ben.evaluate(() => dispatchEvent(new Event('beforeprint')))
  const printed = await rows.count()
  await ben.emulateMedia({ media: 'print' })
  const onPaper = await ben
    .locator('.top, .tabs, .foot, main .add, main .remove, main .handle')
    .evaluateAll((parts) => parts.filter((part) => part.getClientRects().length > 0).length)
  await ben.emulateMedia({ media: 'screen' })
  await ben.evaluate(() => dispatchEvent(new Event('afterprint')))

  expect(printed).toBe(Number(total) - 1)
  expect(onPaper).toBe(0)
  await expect.poll(() => rows.count()).toBeLessThan(Number(total) - 1)
})

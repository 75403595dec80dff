/** Phones and narrow windows: what fits, in which order, and what a finger hits. */
import type { Locator } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { openProduction, openTab, openWindow } from './support/browser.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

const LONG = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenproduktion'

beforeAll(async () => {
  await running.database.query(`update productions set name = $1 where id = 'northern-sessions'`, [LONG])
})

test('the list with a long word and the settings fit a window of 320 pixels', async () => {
  const phone = { viewport: { width: 320, height: 700 }, hasTouch: true, isMobile: true }
  const page = await openWindow(running.browser, running.stage.url, 'Ben', phone)
  const width = () => page.evaluate(() => document.documentElement.scrollWidth)
  await page.getByText(LONG).waitFor()
  const list = await width()

  await openProduction(page, LONG)
  await openTab(page, 'Settings')
  await page.getByLabel('Starts', { exact: true }).waitFor()

  expect([list, await width()]).toEqual([320, 320])
  await page.context().close()
})

test('the bar above reads in one order in every width: nothing stands behind Sign out', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ben')
  const [nav, search, signOut] = [
    page.getByRole('navigation', { name: 'Main' }),
    page.getByRole('combobox', { name: 'Search' }),
    page.getByRole('button', { name: 'Sign out' }),
  ]
  const behind: number[] = []

  for (let width = 320; width <= 1_300; width += 20) {
    await page.setViewportSize({ width, height: 700 })
    const last = await boxOf(signOut)
    const others = await Promise.all([nav, search].map(boxOf))
    if (others.some((box) => overlap(box, last) && box.x > last.x)) behind.push(width)
  }

  expect(behind).toEqual([])
  await page.context().close()
})

test('links of the bar above are high enough to hit, with a finger and with a pointer', async () => {
  const small = { viewport: { width: 390, height: 844 } }
  const heights: number[] = []

  for (const options of [small, { ...small, hasTouch: true, isMobile: true }]) {
    const page = await openWindow(running.browser, running.stage.url, 'Ben', options)
    const links = await page.locator('.top :is(a, button)').all()
    const boxes = await Promise.all(links.map(boxOf))
    heights.push(Math.min(...boxes.map(({ height }) => height)))
    await page.context().close()
  }

  expect(heights[0]).toBeGreaterThanOrEqual(24)
  expect(heights[1]).toBeGreaterThanOrEqual(44)
})

test('a date is whole in the narrowest window, and the roles of a crew end where the rule does', async () => {
  const phone = { viewport: { width: 320, height: 700 }, hasTouch: true, isMobile: true }
  const page = await openWindow(running.browser, running.stage.url, 'Ben', { ...phone, locale: 'en-US' })
  await openProduction(page, LONG)
  await openTab(page, 'Settings')

  const starts = page.getByLabel('Starts', { exact: true })
  await starts.waitFor()
  const isWhole = await starts.evaluate((input: HTMLInputElement) => input.scrollWidth <= input.clientWidth)
  const [row, role] = await Promise.all([
    boxOf(page.locator('.members li').first()),
    boxOf(page.locator('.members .role').first()),
  ])

  expect(isWhole).toBe(true)
  expect(Math.round(role.x + role.width)).toBe(Math.round(row.x + row.width))
  await page.context().close()
})

type Box = NonNullable<Awaited<ReturnType<Locator['boundingBox']>>>

async function boxOf(locator: Locator): Promise<Box> {
  const box = await locator.boundingBox()
  if (!box) throw new Error(`${String(locator)} is not on the page.`)
  return box
}

/** Whether two boxes stand on one line. */
function overlap(one: Box, other: Box): boolean {
  return one.y < other.y + other.height && other.y < one.y + one.height
}

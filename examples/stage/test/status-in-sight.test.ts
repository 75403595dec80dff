/** Trouble is said wherever one has scrolled to, and moves nothing. */
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { openProduction, openTab, openWindow } from './support/browser.ts'
import { field, until, untilSettled } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

const desktop = { viewport: { width: 1280, height: 800 } }
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }

let windows: readonly [name: string, page: Page][]

beforeAll(async () => {
  const open = async (user: string, options: BrowserContextOptions) => {
    const page = await openWindow(running.browser, running.stage.url, user, options)
    await openProduction(page, 'Northern Sessions Awards')
    return page
  }
  windows = [
    ['desktop', await open('Ben', desktop)],
    ['phone', await open('Cleo', phone)],
  ]
})

test('K2: who has scrolled down sees that nothing is sent, how much, and for how long', async () => {
  for (const [name, page] of windows) {
    const note = field(page, 'Note of Camera 11')
    await note.scrollIntoViewIfNeeded()
    await page.context().setOffline(true)
    await note.fill(`Written on a ${name}`)

    const status = page.locator('.status', { hasText: /Offline.*1 change not sent, oldest \d+ s/ })
    await status.waitFor()
    await until(() => isInSight(status))
    expect(await note.evaluate((input) => input === document.activeElement)).toBe(true)

    await page.context().setOffline(false)
    await untilSettled(page)
    await until(async () => !(await isInSight(page.locator('.status'))))
  }
})

test('a connection that goes and comes back moves nothing on the page', async () => {
  for (const [, page] of windows) {
    await openTab(page, 'Settings')
    await page.evaluate(() => scrollTo(0, 0))
    const client = field(page, 'Client')
    const before = await client.boundingBox()

    await page.context().setOffline(true)
    await page.locator('.status[data-live="no"]').waitFor()
    await until(() => isInSight(page.locator('.status')))
    const offline = await client.boundingBox()
    await page.context().setOffline(false)
    await untilSettled(page)

    expect(offline).toEqual(before)
  }
})

test('notices and the status cover nothing of each other', async () => {
  for (const [, page] of windows) {
    await openTab(page, 'Floor')
    await field(page, 'Note of Camera 11').scrollIntoViewIfNeeded()
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Delete Camera 11', exact: true }).click()
    const status = page.locator('.status', { hasText: 'Offline' })
    const notice = page.locator('.notice', { hasText: '“Camera 11” is deleted.' })
    await until(async () => (await isInSight(status)) && (await isInSight(notice)))

    expect(await areApart(status, notice)).toBe(true)

    await notice.getByRole('button', { name: 'Undo' }).click()
    await page.context().setOffline(false)
    await untilSettled(page)
  }
})

/** Whether all of it lies in the window, and can be seen there. */
function isInSight(part: Locator): Promise<boolean> {
  return part.evaluate((element) => {
    const { top, bottom, left, right } = element.getBoundingClientRect()
    const isInside = top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth
    return isInside && getComputedStyle(element).opacity === '1'
  })
}

async function areApart(one: Locator, other: Locator): Promise<boolean> {
  const [a, b] = await Promise.all([one.boundingBox(), other.boundingBox()])
  if (!a || !b) throw new Error('One of the two is not on the page.')
  const areBeside = a.x + a.width <= b.x || b.x + b.width <= a.x
  const areOneAboveTheOther = a.y + a.height <= b.y || b.y + b.height <= a.y
  return areBeside || areOneAboveTheOther
}

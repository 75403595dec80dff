/** That a page may be out of date is said wherever one has scrolled to, and moves nothing. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openBrowser } from '../../stage/test/support/browser.ts'
import { type StageProcess, startStage } from '../../stage/test/support/stage-process.ts'
import { openAdmin, openWindow, timeout, untilConnected } from './support/windows.ts'

const desktop = { viewport: { width: 1280, height: 600 } }
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }

let database: TestDatabase
let server: StageProcess
let browser: Browser

beforeAll(async () => {
  database = await createTestDatabase(Object.values(inject('servers')).at(0) as string)
  ;[server, browser] = await Promise.all([startStage(database.url), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await server?.remove()
  await database?.drop()
})

test.each([
  ['desktop', desktop],
  ['phone', phone],
])('on a %s, who has scrolled down sees that nothing arrives', async (_, options) => {
  const page = await openList(options)
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))

  await page.context().setOffline(true)
  await page.locator('.status', { hasText: 'Offline' }).waitFor()

  await expect.poll(() => isInSight(page), { timeout, interval: 25 }).toBe(true)
  await page.context().setOffline(false)
  await untilConnected(page)
  await expect.poll(() => isInSight(page), { timeout, interval: 25 }).toBe(false)
  await page.context().close()
})

test.each([
  ['desktop', desktop],
  ['phone', phone],
])('on a %s a connection that goes moves nothing', async (_, options) => {
  const page = await openList(options)
  const placeOf = (name: string) => page.getByRole('button', { name }).or(page.getByRole('heading', { name }))
  const places = async () =>
    Promise.all(['Sign out', 'Everybody’s accounts'].map((name) => placeOf(name).boundingBox()))
  const before = await places()

  await page.context().setOffline(true)
  await page.locator('.status', { hasText: 'Offline' }).waitFor()
  await expect.poll(() => isInSight(page), { timeout, interval: 25 }).toBe(true)

  expect(await places()).toEqual(before)
  await page.context().close()
})

async function openList(options: BrowserContextOptions): Promise<Page> {
  const page = await openWindow(browser, server.url, 'Ana', options)
  await openAdmin(page)
  await page.mouse.move(0, 0)
  return page
}

/** Whether all of the status lies in the window, and can be seen there. */
function isInSight(page: Page): Promise<boolean> {
  return page.locator('.status').evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect()
    return top >= 0 && bottom <= innerHeight && getComputedStyle(element).opacity === '1'
  })
}

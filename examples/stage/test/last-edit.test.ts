/** What a page says of who changed what last, and when. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openProduction, openWindow, SEEN_WITHIN_MS } from './support/browser.ts'
import { field } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const SHARED = 'Northern Sessions Awards'
const timeout = SEEN_WITHIN_MS
const YEAR_MS = 365 * 24 * 60 * 60_000

const running = runStage()

test('the list says of what it names an author: the details of a production, not of everything in it', async () => {
  const ben = await openWindow(running.browser, running.stage.url, 'Ben')
  const inList = ben.getByRole('main').getByRole('link', { name: SHARED })

  await running.database.query(
    `update cameras set note = 'Not in the list' where id = 'northern-sessions-camera-1'`,
  )
  await running.database.query(`update productions set venue = 'Hall 2' where id = 'northern-sessions'`)

  await inList.getByText('Details changed by another program, now', { exact: true }).waitFor({ timeout })
  await ben.context().close()
})

test('K1: what one writes without a network is one’s own from that moment on, and so is the production', async () => {
  const ben = await openWindow(running.browser, running.stage.url, 'Ben')
  await openProduction(ben, SHARED)
  await ben.locator('.status[data-live="yes"]').waitFor()
  await ben.context().setOffline(true)

  await write(ben, 'Note of Camera 2', 'Written in the truck')

  await ben.locator('#northern-sessions-camera-2').getByText('You, now', { exact: true }).waitFor({ timeout })
  await ben.getByText('Last changed by you, now').waitFor({ timeout })
  await ben.context().setOffline(false)
  await ben.locator('.status[data-live="yes"] .unsent:empty').waitFor({ state: 'attached', timeout })
  await ben.locator('#northern-sessions-camera-2').getByText('You, now', { exact: true }).waitFor()
  await ben.context().close()
})

test('a device whose clock is a year ahead counts ages by the server’s', async () => {
  const ben = await openWindow(running.browser, running.stage.url, 'Ben')
  await ben.clock.install({ time: Date.now() + YEAR_MS })
  await ben.reload()
  await openProduction(ben, SHARED)

  await write(ben, 'Note of Camera 3', 'Written next year')

  await ben.locator('#northern-sessions-camera-3').getByText('You, now', { exact: true }).waitFor({ timeout })
  await ben.context().close()
})

async function write(page: Page, name: string, text: string): Promise<void> {
  await field(page, name).fill(text)
  await field(page, name).press('Enter')
}

test('nothing is said of one who wrote when it was refused', async () => {
  const ben = await openWindow(running.browser, running.stage.url, 'Ben')
  await openProduction(ben, SHARED)
  const edited = ben.locator('#northern-sessions-camera-5 .edited')
  const before = await edited.textContent()

  await write(ben, 'Name of Camera 5', '')
  await ben.getByRole('alert').filter({ hasText: 'Not saved' }).waitFor({ timeout })

  await expect.poll(() => edited.textContent()).toBe(before)
  await ben.context().close()
})

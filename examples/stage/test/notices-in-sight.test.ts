/** Long and many notices: all of each can be read, and what can be done about it is in sight. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { BACK_WITHIN_MS, openProduction, openWindow } from './support/browser.ts'
import { problemsOf } from './support/accessibility.ts'
import { field } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const SHARED = 'Northern Sessions Awards'

const running = runStage()

test('W3: a long text that was refused can be read to its end beside its buttons', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ben')
  await openProduction(page, SHARED)
  await page.context().setOffline(true)
  await field(page, 'Note of Camera 1').fill('A sentence of many words. '.repeat(200) + 'The end.')
  await field(page, 'Note of Camera 1').press('Enter')
  await running.database.query(`delete from cameras where id = 'northern-sessions-camera-1'`)
  await page.context().setOffline(false)
  const kept = page.locator('.notice .kept')
  await kept.waitFor({ timeout: BACK_WITHIN_MS })

  await kept.focus()
  await page.keyboard.press('End')

  expect(await outsideOf(page, '.notice, .notice .dismiss')).toEqual([])
  await expect
    .poll(() => kept.evaluate((text) => text.scrollHeight - text.clientHeight - text.scrollTop))
    .toBeLessThan(2)
  expect(await problemsOf(page)).toEqual([])
  await page.context().close()
})

test('of more notices than fit into the window the newest is in sight, and the oldest is reached', async () => {
  const viewport = { width: 700, height: 330 }
  const page = await openWindow(running.browser, running.stage.url, 'Cleo', { viewport })
  await openProduction(page, SHARED)

  for (const camera of [2, 3, 4, 5, 6, 7]) {
    await page.getByRole('button', { name: `Delete Camera ${camera}`, exact: true }).press('Enter')
  }
  await page.locator('.notice').nth(5).waitFor()

  expect(await outsideOf(page, '.notices, .notice:last-child')).toEqual([])
  await page.getByRole('button', { name: 'Undo' }).first().focus()
  expect(await outsideOf(page, '.notice:first-child button')).toEqual([])
  await page.context().close()
})

/** What of a selector is not wholly in the window. */
function outsideOf(page: Page, selector: string): Promise<readonly string[]> {
  return page.evaluate((selected) => {
    const isOutside = (element: Element) => {
      const { top, bottom } = element.getBoundingClientRect()
      return top < 0 || bottom > innerHeight
    }
    return Array.from(document.querySelectorAll(selected))
      .filter(isOutside)
      .map(({ className }) => className)
  }, selector)
}

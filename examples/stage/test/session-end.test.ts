/** What becomes of the page, of notices and of what is being typed when a session ends, in a real Chromium. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  BACK_WITHIN_MS,
  openProduction,
  openWindow,
  signIn,
  userButton,
  SEEN_WITHIN_MS,
} from './support/browser.ts'
import { field, untilSettled } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const SHARED = 'Northern Sessions Awards'
const timeout = SEEN_WITHIN_MS

const running = runStage()

test('W3: a session that ends while somebody types is said to have ended, and the text is sent after signing in again', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ben')
  await openProduction(page, SHARED)
  await untilSettled(page)
  await field(page, 'Name of Camera 2').fill('')
  await field(page, 'Note of Camera 2').fill('Saved before')
  await field(page, 'Note of Camera 2').press('Enter')
  await untilSettled(page)
  await field(page, 'Note of Camera 3').focus()
  await holdPause(page)
  await page.keyboard.type(' and half a thought')

  await endSession(page)

  await page.getByText('You were signed out: your session has ended.').waitFor({ timeout: BACK_WITHIN_MS })
  await page.getByText('1 change of yours is kept on this device').waitFor({ timeout })
  expect(await page.locator('body').textContent()).not.toContain('Another part')
  await signIn(page, 'Ben')
  await expect
    .poll(() => noteOf('northern-sessions-camera-3'), { timeout: BACK_WITHIN_MS })
    .toMatch(/ and half a thought$/)
  await page.context().close()
})

test('K3: what one can take back, and what one is told, is not the next one’s in the same tab', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ana')
  await openProduction(page, SHARED)
  await page.getByRole('button', { name: 'Delete Camera 12', exact: true }).click()
  await page.locator('.notice', { hasText: '“Camera 12” is deleted.' }).waitFor()
  await untilSettled(page)

  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await userButton(page, 'Cleo').waitFor({ timeout })
  const afterwards = await page.locator('.notice').count()
  await signIn(page, 'Cleo')
  await openProduction(page, SHARED)
  await page.keyboard.press('ControlOrMeta+z')
  await untilSettled(page)

  expect(afterwards).toBe(0)
  expect(await page.locator('.notice').count()).toBe(0)
  expect(await noteOf('northern-sessions-camera-12')).toBeUndefined()
  await page.context().close()
})

test('who signs in again in one tab is signed in in the others', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ben')
  const other = await page.context().newPage()
  await other.goto(`${running.stage.url}/productions`)
  await other.getByRole('link', { name: SHARED }).waitFor({ timeout })
  await endSession(page)
  for (const each of [page, other]) await userButton(each, 'Ben').waitFor({ timeout: BACK_WITHIN_MS })

  await signIn(page, 'Ben')

  await other.getByRole('link', { name: SHARED }).waitFor({ timeout })
  await untilSettled(other, BACK_WITHIN_MS)
  await page.context().close()
})

/** Ends the session as another program of the same browser would. */
async function endSession(page: Page): Promise<void> {
  const answer = await page.context().request.delete(`${running.stage.url}/session`)
  expect(answer.status()).toBe(204)
}

/** Keeps the page from saving by itself what is typed from here on. */
function holdPause(page: Page): Promise<void> {
  return page.evaluate(() => {
    const { setTimeout: wait } = window
    // A pause in typing is 350 ms.
    window.setTimeout = ((run: () => void, ms?: number) =>
      ms === 350 ? 0 : wait(run, ms)) as typeof setTimeout
  })
}

async function noteOf(camera: string): Promise<string | undefined> {
  const [row] = await running.database.query<{ note: string }>(`select note from cameras where id = $1`, [
    camera,
  ])
  return row?.note
}

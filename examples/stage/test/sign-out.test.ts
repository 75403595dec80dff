/** Signing out, and a session that another user has taken over, in a real Chromium. */
import type { Browser } from 'playwright-core'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import {
  BACK_WITHIN_MS,
  openBrowser,
  openWindow,
  SEEN_WITHIN_MS,
  signIn,
  userButton,
} from './support/browser.ts'
import { startStage, type StageProcess } from './support/stage-process.ts'

let browser: Browser
let database: TestDatabase
let stage: StageProcess

beforeAll(async () => {
  database = await createTestDatabase(Object.values(inject('servers')).at(-1) as string)
  ;[browser, stage] = await Promise.all([openBrowser(), startStage(database.url)])
})

afterAll(async () => {
  await browser?.close()
  await stage?.remove()
  await database?.drop()
})

test('who signs out without a server is signed out when it is back, also on a page that is loaded again', async () => {
  const page = await openWindow(browser, stage.url, 'Ana')
  await page.route('**/session', (route) => route.abort())

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Who are you today?' }).waitFor({ timeout: SEEN_WITHIN_MS })
  await page.reload()
  await page.getByRole('heading', { name: 'No answer' }).waitFor({ timeout: SEEN_WITHIN_MS })
  await page.unroute('**/session')
  await page.reload()

  await userButton(page, 'Ana').waitFor({ timeout: SEEN_WITHIN_MS })
  const session = await page.evaluate(async () => (await fetch('/session')).json())
  expect(session).toEqual({ user: null })
  await page.context().close()
})

test('when somebody else has signed in in another tab, the page says who, and goes on as them', async () => {
  const page = await openWindow(browser, stage.url, 'Ana')
  const other = await page.context().newPage()
  await other.goto(`${stage.url}/accounts/sign-in`)
  await signIn(other, 'Ben')
  await other.getByRole('heading', { name: /^Your account/ }).waitFor({ timeout: SEEN_WITHIN_MS })

  await stage.kill()
  await stage.start()

  await page.getByText('Ben Okafor has signed in').waitFor({ timeout: BACK_WITHIN_MS })
  expect(await page.getByRole('main').textContent()).not.toContain('`')
  await page.getByRole('button', { name: 'Go on as Ben Okafor' }).click()
  await page.getByRole('heading', { name: 'Productions', exact: true }).waitFor({ timeout: SEEN_WITHIN_MS })
  await page.locator('.user', { hasText: 'Ben' }).waitFor({ timeout: SEEN_WITHIN_MS })
  await page.context().close()
})

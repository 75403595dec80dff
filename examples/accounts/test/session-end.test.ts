/** A server that does not answer, and a session that was ended elsewhere, in a real Chromium. */
import type { Browser, Page } from 'playwright-core'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openBrowser, signIn } from '../../stage/test/support/browser.ts'
import { type StageProcess, startStage } from '../../stage/test/support/stage-process.ts'
import { nameField, openAccount, openAdmin, openSignIn, openWindow, timeout } from './support/windows.ts'

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

test('when the server does not answer, a form says so and keeps what was typed', async () => {
  const page = await openWindow(browser, server.url, 'Ana')
  const faults: string[] = []
  page.on('pageerror', ({ message }) => faults.push(message))
  await openFirst(page)
  await nameField(page).fill('Typed meanwhile')
  await page.context().setOffline(true)

  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('The server does not answer').waitFor({ timeout })
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You are not signed out').waitFor({ timeout })

  expect(await nameField(page).inputValue()).toBe('Typed meanwhile')
  expect(faults).toEqual([])
  await page.context().close()
})

test('when the session was ended elsewhere, the page is emptied, says so, and comes back after signing in', async () => {
  const page = await openWindow(browser, server.url, 'Ana')
  await openFirst(page)
  const address = page.url()
  await page.context().request.delete(`${server.url}/session`, { headers: { Origin: server.url } })

  await page.getByRole('heading', { name: 'You are signed out' }).waitFor({ timeout })
  expect(await page.getByRole('main').textContent()).not.toContain('Members')
  await page.getByRole('link', { name: 'Sign in again' }).click()
  await signIn(page, 'Ana')

  await nameField(page).waitFor({ timeout })
  expect(page.url()).toBe(address)
  await page.context().close()
})

test('a link to an account in the list of all keeps its account through signing in', async () => {
  const page = await openWindow(browser, server.url, 'Ana')
  await openAdmin(page)
  await page.getByRole('main').getByRole('table').getByRole('link').first().click()
  await nameField(page).waitFor({ timeout })
  const address = page.url()
  await page.context().close()
  const again = await openSignIn(browser, server.url)
  await again.goto(address)
  await signIn(again, 'Ana')

  await nameField(again).waitFor({ timeout })
  expect(again.url()).toBe(address)
  await again.context().close()
})

test('an address with a slash at its end leads to the page', async () => {
  const answers = await Promise.all(
    ['/accounts/', '/admin/accounts/?account_id=1'].map((path) =>
      fetch(server.url + path, { redirect: 'manual' }),
    ),
  )

  expect(answers.map(({ status, headers }) => [status, headers.get('Location')])).toEqual([
    [301, '/accounts'],
    [301, '/admin/accounts?account_id=1'],
  ])
})

async function openFirst(page: Page): Promise<void> {
  const name = await page.locator('.accounts strong').first().textContent()
  await openAccount(page, name ?? '')
}

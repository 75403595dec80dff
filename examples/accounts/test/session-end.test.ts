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
  expect(await page.locator('.status').textContent()).toContain('Offline')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You are not signed out').waitFor({ timeout })

  await page.context().setOffline(false)
  await page.getByText('You are not signed out').waitFor({ state: 'hidden', timeout })

  expect(await nameField(page).inputValue()).toBe('Typed meanwhile')
  expect(faults).toEqual([])
  await page.context().close()
})

test('what did not work is said in sight of whoever has scrolled down', async () => {
  const phone = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true }
  const page = await openWindow(browser, server.url, 'Ana', phone)
  await database.query(
    `insert into account_users (account_id, user_id, role)
     select account_id, users.id, 'member' from account_users, users where user_id = 'ana' on conflict do nothing`,
  )
  await openFirst(page)
  await page.getByRole('listitem').nth(8).waitFor({ timeout })
  await page.getByRole('textbox', { name: 'Add somebody by address' }).fill('ben@crosslight.example')
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
  await page.context().setOffline(true)

  await page.getByRole('button', { name: 'Add', exact: true }).click()

  const notice = page.getByText('The server does not answer')
  await notice.waitFor({ timeout })
  const top = await notice.evaluate((element) => element.getBoundingClientRect().top)
  expect(top).toBeGreaterThanOrEqual(0)
  await page.context().close()
})

test('when the session was ended elsewhere, the page is emptied, says so, and comes back after signing in', async () => {
  const page = await openWindow(browser, server.url, 'Ana')
  await openFirst(page)
  const address = page.url()
  await nameField(page).fill('Typed before the end')
  await page.context().request.delete(`${server.url}/session`, { headers: { Origin: server.url } })

  await page.getByRole('heading', { name: 'You are signed out' }).waitFor({ timeout })
  expect(await page.getByRole('main').textContent()).not.toContain('Members')
  expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(0)
  await page.getByText('Typed before the end').waitFor({ timeout })
  await page.getByRole('link', { name: 'Sign in again' }).click()
  expect(await page.getByText('Typed before the end').count()).toBe(0)
  await signIn(page, 'Ana')

  await nameField(page).waitFor({ timeout })
  expect(page.url()).toBe(address)
  await page.context().close()
})

test('R4: when the right to write ends, what was typed is shown until its author has done with it', async () => {
  const page = await openWindow(browser, server.url, 'Ben')
  await openFirst(page)
  const name = (await nameField(page).inputValue()) as string
  await nameField(page).fill('Typed by an owner')
  await database.query(
    "update account_users set role = 'member' where account_id = (select id from accounts where name = $1)",
    [name],
  )

  const kept = page.getByRole('region', { name: 'Not saved' })
  await kept.getByText('Typed by an owner').waitFor({ timeout })
  expect(await kept.textContent()).toContain(`The name of ${name}, as you typed it:`)
  expect(await kept.evaluate((box) => box === document.activeElement)).toBe(true)
  await kept.getByRole('button', { name: 'Discard' }).click()
  await kept.waitFor({ state: 'hidden', timeout })
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

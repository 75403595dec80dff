/** Pages of several people, in windows of a real Chromium over a real PostgreSQL, that stay up to date. */
import type { Browser, Page } from 'playwright-core'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openBrowser } from '../../stage/test/support/browser.ts'
import { type StageProcess, startStage } from '../../stage/test/support/stage-process.ts'
import {
  nameField,
  openAccount,
  openAdmin,
  openWindow,
  ownAccounts,
  timeout,
  untilConnected,
  untilNamed,
} from './support/windows.ts'

let database: TestDatabase
let server: StageProcess
let browser: Browser
let ana: Page
let ben: Page

beforeAll(async () => {
  database = await createTestDatabase(Object.values(inject('servers')).at(-1) as string)
  ;[server, browser] = await Promise.all([startStage(database.url), openBrowser()])
  ;[ana, ben] = await Promise.all([
    openWindow(browser, server.url, 'Ana'),
    openWindow(browser, server.url, 'Ben'),
  ])
  await Promise.all([openAccount(ana, 'Crosslight Rental'), openAccount(ben, 'Crosslight Rental')])
})

afterAll(async () => {
  await browser?.close()
  await server?.remove()
  await database?.drop()
})

test('R1: a name that one window saves is in the other, and on the list of everybody’s accounts', async () => {
  const admin = await ana.context().newPage()
  await admin.goto(`${server.url}/admin/accounts`)
  await untilConnected(admin)

  await nameField(ana).fill('Crosslight Hire')
  await nameField(ana).press('Enter')

  await untilNamed(ben, 'Crosslight Hire')
  await admin.getByRole('link', { name: 'Crosslight Hire' }).waitFor({ timeout })
  expect(await database.query('select 1 from accounts where name = $1', ['Crosslight Hire'])).toHaveLength(1)
  await admin.close()
})

test('R4: an edit in one window is in the other in under a second, and what one types there is untouched', async () => {
  // The debounce of 300 ms included. The best of many: a busy machine is slow with anything.
  let bestMs = Number.POSITIVE_INFINITY
  for (let edit = 1; edit <= 3 || (edit <= 20 && bestMs >= 1_000); edit++) {
    await nameField(ben).fill(`Typed by Ben ${edit}`)
    await nameField(ana).fill(`Edit ${edit}.`)
    const from = performance.now()
    await nameField(ana).press('Enter')
    await ben.locator('.name-shown', { hasText: `Edit ${edit}.` }).waitFor({ state: 'attached', timeout })
    bestMs = Math.min(bestMs, performance.now() - from)

    expect(await nameField(ben).inputValue()).toBe(`Typed by Ben ${edit}`)
    await ben.getByRole('button', { name: 'Discard', exact: true }).click()
    await untilNamed(ben, `Edit ${edit}.`)
  }

  expect(bestMs).toBeLessThan(1_000)
  await nameField(ana).fill('Crosslight Hire')
  await nameField(ana).press('Enter')
  await untilNamed(ben, 'Crosslight Hire')
})

test('R4: a name that is refused stays what one typed, whatever arrives afterwards', async () => {
  await nameField(ben).fill('   ')
  await nameField(ben).press('Enter')
  await ben.getByRole('alert').filter({ hasText: 'An account needs a name.' }).waitFor({ timeout })

  await rename('Crosslight Hire', 'Crosslight')
  await ben.getByText('Meanwhile it was named “Crosslight”').waitFor({ timeout })

  expect(await nameField(ben).inputValue()).toBe('   ')
  await ben.getByRole('button', { name: 'Discard', exact: true }).click()
  await rename('Crosslight', 'Crosslight Hire')
  await untilNamed(ben, 'Crosslight Hire')
})

test('R1: what another program writes to the database is on the page: names, members, roles, people', async () => {
  await rename('Crosslight Hire', 'From psql')
  await untilNamed(ben, 'From psql')

  await database.query(
    `insert into account_users (account_id, user_id) select id, 'kenji' from accounts where name = 'From psql'`,
  )
  await ben.getByText('Kenji Morita', { exact: true }).waitFor({ timeout })
  await database.query(`update account_users set role = 'admin' where user_id = 'kenji' and account_id = 1`)
  const role = ben.getByRole('combobox', { name: 'Role of Kenji Morita', exact: true })
  await expect.poll(() => role.inputValue(), { timeout }).toBe('admin')
  await database.query(`update users set name = 'Kenji Mori' where id = 'kenji'`)
  await ben.getByText('Kenji Mori', { exact: true }).waitFor({ timeout })
})

test('R4: what one types stays while the page is refreshed around it, and theirs is offered', async () => {
  await nameField(ben).fill('Typed by Ben')
  await nameField(ben).press('ArrowLeft')

  await rename('From psql', 'Meanwhile')
  await database.query(`delete from account_users where user_id = 'kenji' and account_id = 1`)

  await ben.getByText('Meanwhile it was named “Meanwhile”').waitFor({ timeout })
  await ben.getByText('Kenji Mori', { exact: true }).waitFor({ state: 'detached', timeout })
  expect(await nameField(ben).inputValue()).toBe('Typed by Ben')
  expect(await nameField(ben).evaluate((input) => input === document.activeElement)).toBe(true)
  await ben.keyboard.type('!')
  expect(await nameField(ben).inputValue()).toBe('Typed by Be!n')
  await ben.getByRole('button', { name: 'Use that', exact: true }).click()
  await untilNamed(ben, 'Meanwhile')
})

test('R1: a change between the page’s queries and its subscriptions still arrives', async () => {
  const page = await ben.context().newPage()
  // Held back until the change is committed: nothing can tell the page of it but its own position.
  let open = () => {}
  const held = new Promise<void>((resolve) => (open = resolve))
  await page.routeWebSocket(/\/sync$/, async (socket) => {
    await held
    socket.connectToServer()
  })
  await page.goto(ben.url())
  await untilNamed(page, 'Meanwhile')

  await rename('Meanwhile', 'In between')
  open()

  await untilNamed(page, 'In between')
  await page.close()
})

test('R1: a new account is the first on the list of everybody’s, with its owner as soon as it has one', async () => {
  await openAdmin(ana)
  const rows = ana.getByRole('row')
  const before = await rows.count()

  await database.query(`insert into accounts (name) values ('Brand new')`)
  await rows.nth(1).getByRole('link', { name: 'Brand new' }).waitFor({ timeout })
  await database.query(
    `insert into account_users (account_id, user_id, role) select id, 'fiona', 'owner' from accounts where name = 'Brand new'`,
  )

  await rows
    .nth(1)
    .getByRole('cell', { name: /^Fiona Baird/ })
    .waitFor({ timeout })
  expect(await rows.nth(1).textContent()).toContain('fiona@northernsessions.example')
  await database.query(`delete from accounts where name = 'Brand new'`)
  await expect.poll(() => rows.count(), { timeout }).toBe(before)
})

test('R1: the selected account follows too, and the list follows what is changed in it', async () => {
  await ana.getByRole('link', { name: 'Polder Radio' }).click()
  const selected = ana.getByRole('complementary', { name: 'Selected account' })
  await selected.getByText('Joris Bakker', { exact: true }).waitFor()
  await untilConnected(ana)

  await database.query(`update users set name = 'Joris Bakker-Vos' where id = 'joris'`)
  await selected.getByText('Joris Bakker-Vos', { exact: true }).waitFor({ timeout })
  await selected
    .getByRole('textbox', { name: 'Add somebody by address', exact: true })
    .fill('kenji@morita.example')
  await selected.getByRole('button', { name: 'Add', exact: true }).click()

  await selected.getByText('Kenji Mori', { exact: true }).waitFor({ timeout })
  const row = ana.getByRole('row', { name: /^Polder Radio/ })
  await expect.poll(() => row.getByRole('cell', { name: '3', exact: true }).count(), { timeout }).toBe(1)
})

test.each([
  ['the list of one’s accounts, where it is the only one', () => '/accounts'],
  ['the page of the account', (id: string) => `/accounts/${id}`],
])(
  'the script of the reference runs as it is, from %s: a name saved in one tab is in the other',
  async (_, path) => {
    const context = await browser.newContext({ baseURL: server.url })
    await context.request.post('/session', { data: { user: 'ingrid' } })
    const list = await (await context.request.get('/accounts', { headers: { 'X-Inertia': 'true' } })).json()
    const [page1, page2] = [await context.newPage(), await context.newPage()]
    const from = path(list.props.accounts[0].id)
    const name = `Updated Account, from ${from}`
    await page1.goto(from)
    await page2.goto(from)
    await untilConnected(page2)
    expect(await page2.locator('h1').textContent()).not.toContain('Updated Account, from ' + from)

    await page1.click('[data-test="edit-account"]')
    await page1.fill('[name="name"]', name)
    await page1.click('[type="submit"]')

    await expect.poll(() => page2.locator('h1').textContent(), { timeout }).toContain(name)
    await context.close()
  },
)

test('A2: whoever is taken off an account is told, hears no more of it, and sees it again when added again', async () => {
  const frames: string[] = []
  ben.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(String(payload))))
  await ben.reload()
  await untilConnected(ben)
  const address = ben.url()

  await database.query(`delete from account_users where user_id = 'ben' and account_id = 1`)

  await ben.getByRole('heading', { name: 'Not here', exact: true }).waitFor({ timeout })
  const heard = frames.length
  await rename('In between', 'Not for Ben')
  await ben.getByRole('link', { name: 'Your accounts', exact: true }).click()
  await ben.getByRole('link', { name: 'Northern Sessions' }).waitFor()
  expect(frames.slice(heard).join()).not.toContain('"marker"')
  expect(await ben.content()).not.toContain('Not for Ben')

  await ben.goto(address)
  await ben.getByRole('heading', { name: 'Not here', exact: true }).waitFor()
  await untilConnected(ben)
  await database.query(`insert into account_users (account_id, user_id) values (1, 'ben')`)
  await ben.getByRole('heading', { name: 'Members', exact: true }).waitFor({ timeout })
  await database.query(`delete from account_users where user_id = 'ben' and account_id = 1`)
  await ben.getByRole('heading', { name: 'Not here', exact: true }).waitFor({ timeout })
  await ben.getByRole('link', { name: 'Your accounts', exact: true }).click()
  await ben.getByRole('link', { name: 'Northern Sessions' }).waitFor()
})

test('R1: whoever is added to an account finds it on their list', async () => {
  await untilConnected(ben)

  await database.query(`insert into account_users (account_id, user_id) values (1, 'ben')`)

  await ben.getByRole('link', { name: 'Not for Ben' }).waitFor({ timeout })
})

test('A2: who looks after everybody’s accounts no more is sent away from them, and hears no more of them', async () => {
  const frames: string[] = []
  ana.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(String(payload))))
  await openAdmin(ana)
  await ana.reload()
  await untilConnected(ana)
  await expect.poll(() => frames.join().includes('"Account:all"'), { timeout }).toBe(true)

  await database.query(`update users set site_admin = false where id = 'ana'`)

  await ana.getByText('Only site administrators see').waitFor({ timeout })
  await ownAccounts(ana).waitFor()
  const heard = frames.length
  await database.query(`update accounts set name = 'Not for Ana' where name = 'Helvion'`)
  await rename('Not for Ben', 'For Ana')
  await ana.getByRole('link', { name: 'For Ana' }).waitFor({ timeout })
  // That the right is gone may be told after the page has moved on.
  const told = frames.slice(heard).filter((frame) => !frame.startsWith('{"type":"gone"'))
  expect(told.filter((frame) => frame.includes(':all'))).toEqual([])
  await database.query(`update users set site_admin = true where id = 'ana'`)
})

async function rename(from: string, to: string): Promise<void> {
  await database.query('update accounts set name = $2 where name = $1', [from, to])
}

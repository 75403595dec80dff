/** The pages by themselves: who sees which, what forms refuse, the keyboard, axe, phones. */
import { createRequire } from 'node:module'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { problemsOf } from '../../stage/test/support/accessibility.ts'
import { openBrowser, signIn, userButton } from '../../stage/test/support/browser.ts'
import { type StageProcess, startStage } from '../../stage/test/support/stage-process.ts'
import {
  nameField,
  openAccount,
  openAdmin,
  openSignIn,
  openWindow,
  ownAccounts,
  untilNamed,
} from './support/windows.ts'

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

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

test('the first page links both examples and says what each shows', async () => {
  const page = await openSignIn(browser, server.url)
  await page.goto(server.url)

  for (const name of ['Accounts', 'Stage']) {
    await page.getByRole('link', { name: new RegExp(`^${name} `) }).click()
    await page.getByRole('heading', { name, level: 1, exact: true }).waitFor()
    await page.goto(server.url)
  }

  expect(await page.getByRole('listitem').first().textContent()).toContain('something they show has changed')
  await page.context().close()
})

test('where there is no page, one says so and leads back', async () => {
  const page = await openSignIn(browser, server.url)

  const answer = await page.goto(`${server.url}/nothing-here`)

  expect(answer?.status()).toBe(404)
  expect(await page.title()).toBe('Nothing here · Syncline examples')
  expect(await problemsOf(page)).toEqual([])
  await page.getByRole('link', { name: 'All examples', exact: true }).click()
  await page.getByRole('heading', { name: 'Two applications, one database, every change at once' }).waitFor()
  await page.context().close()
})

test('A1: who is not signed in is asked who they are, and brought to where they wanted to go', async () => {
  const page = await openSignIn(browser, server.url)
  await page.goto(`${server.url}/admin/accounts`)

  await signIn(page, 'Ana')

  await page.getByRole('heading', { name: 'Everybody’s accounts', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await userButton(page, 'Ana').waitFor()
  await page.goto(`${server.url}/admin/accounts`)
  await userButton(page, 'Ana').waitFor()
  await page.context().close()
})

test('A1: only site administrators see the accounts of everybody; others are sent to theirs and told why', async () => {
  const ben = await openWindow(browser, server.url, 'Ben')

  await ben.goto(`${server.url}/admin/accounts`)

  await ben.getByText('Only site administrators see').waitFor()
  expect(new URL(ben.url()).pathname).toBe('/accounts')
  expect(await ben.content()).not.toContain('Polder Radio')
  await ben.context().close()
})

test('A3: an account of others and one that is not there are the same answer', async () => {
  const [ana, ben] = await Promise.all([cookieOf('ana'), cookieOf('ben')])
  const [helvion] = (await propsOf(ana, '/admin/accounts')).accounts.filter(({ name }) => name === 'Helvion')

  const answers = await Promise.all(
    [helvion?.id, 'nothing', '1', '99999'].map((id) => pageOf(ben, `/accounts/${id}`)),
  )

  expect(new Set(answers.map(({ component }) => component))).toEqual(new Set(['missing']))
  expect(new Set(answers.map(({ props }) => JSON.stringify({ ...props, sync: null }))).size).toBe(1)
  expect((await pageOf(ana, `/accounts/${helvion?.id}`)).component).toBe('account')
})

test('ids in addresses are not those of the database', async () => {
  const { accounts } = await propsOf(await cookieOf('ana'), '/admin/accounts')

  const rows = await database.query<{ id: string }>('select id::text as id from accounts')

  expect(accounts).toHaveLength(rows.length)
  expect(accounts.filter(({ id }) => rows.some((row) => row.id === id))).toEqual([])
})

test('an account of everybody’s is selected by `account_id`, or by the shorter `selected`', async () => {
  const ana = await cookieOf('ana')
  const { accounts } = await propsOf(ana, '/admin/accounts')
  const helvion = accounts.find(({ name }) => name === 'Helvion')

  const names = await Promise.all(
    [`?account_id=${helvion?.id}`, `?selected=${helvion?.id}`, '?account_id=none', ''].map(
      async (query) => (await propsOf(ana, `/admin/accounts${query}`)).selected_account?.name,
    ),
  )

  expect(names).toEqual(['Helvion', 'Helvion', undefined, undefined])
})

test('A1: `/cable` with the cookie of POST /session: an unmodified client is told of what is its user’s, in exact words, and rejected for the rest', async () => {
  const [ana, fiona] = [await openCable('ana'), await openCable('fiona')]
  const { accounts } = await propsOf(await cookieOf('ana'), '/admin/accounts')
  const idOf = (wanted: string) => accounts.find(({ name }) => name === wanted)?.id ?? ''
  const asked = ['Northern Sessions', 'Helvion'].map(idOf)

  for (const id of [...asked, 'nothing', 'all']) await fiona.subscribe(id)
  await ana.subscribe('all')
  await expect.poll(fiona.heard).toEqual([['connected'], ['rejected'], ['rejected'], ['rejected']])
  await expect.poll(ana.heard).toEqual([['connected']])
  await database.query(`update accounts set name = 'Northern' where name = 'Northern Sessions'`)
  const told = ['connected', { action: 'refresh', prop: 'account' }]
  await expect.poll(async () => (await fiona.heard())[0]).toEqual(told)
  await database.query(`delete from sessions where user_id = 'fiona'`)

  await expect.poll(async () => (await fiona.heard())[0]).toEqual([...told, 'disconnected'])
  await expect.poll(ana.heard).toEqual([['connected', { action: 'refresh', prop: 'accounts' }]])
  await database.query(`update accounts set name = 'Northern Sessions' where name = 'Northern'`)
  for (const { page } of [ana, fiona]) await page.context().close()
})

test('a form that is refused says why beside its field, and keeps what was written', async () => {
  const cleo = await openWindow(browser, server.url, 'Cleo')
  await openAccount(cleo, 'Velodrome Trust')

  await nameField(cleo).fill('  ')
  await nameField(cleo).press('Enter')
  await cleo.getByRole('alert').filter({ hasText: 'An account needs a name.' }).waitFor()
  expect(await nameField(cleo).inputValue()).toBe('  ')
  expect(await nameField(cleo).getAttribute('aria-invalid')).toBe('true')
  await cleo.getByRole('button', { name: 'Discard', exact: true }).click()
  await untilNamed(cleo, 'Velodrome Trust')
  await cleo
    .getByRole('textbox', { name: 'Add somebody by address', exact: true })
    .fill('nobody@nowhere.example')
  await cleo.keyboard.press('Enter')
  await cleo.getByRole('alert').filter({ hasText: 'Nobody has the address' }).waitFor()

  expect(await cleo.getByRole('textbox', { name: 'Add somebody by address', exact: true }).inputValue()).toBe(
    'nobody@nowhere.example',
  )
  await cleo.context().close()
})

test('a page of another origin writes nothing with the cookie, and what cannot be read or stored is no failure', async () => {
  const cookie = await cookieOf('ana')
  const { accounts } = await propsOf(cookie, '/accounts')
  const [account] = accounts
  const patch = (name: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/accounts/${account?.id}`, {
      method: 'PATCH',
      redirect: 'manual',
      headers: { cookie, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ name }),
    })

  for (const origin of ['http://evil.example', 'null']) {
    const foreign = await patch('EVIL', { origin })
    expect([foreign.status, (await foreign.json()).error.code]).toEqual([403, 'forbidden'])
    const leaving = await fetch(`${server.url}/session`, { method: 'DELETE', headers: { cookie, origin } })
    expect(leaving.status).toBe(403)
  }
  expect((await patch('x'.repeat(20_000))).status).toBe(413)
  expect((await patch('a\0b')).status).toBe(303)
  expect((await propsOf(cookie, '/accounts')).accounts[0]?.name).toBe(account?.name)
  expect((await patch(account?.name ?? '', { origin: server.url })).status).toBe(303)
})

test('an account keeps its last owner', async () => {
  const ana = await openWindow(browser, server.url, 'Ana')
  await openAccount(ana, 'Crosslight Rental')
  const role = ana.getByRole('combobox', { name: 'Role of Ana Duarte' })

  await role.selectOption('member')

  await ana.getByRole('alert').filter({ hasText: 'An account needs an owner.' }).waitFor()
  await expect.poll(() => role.inputValue()).toBe('owner')
  await ana.context().close()
})

test('A4: a member who does not manage the account sees it and changes nothing', async () => {
  const cleo = await openWindow(browser, server.url, 'Cleo')
  await openAccount(cleo, 'Crosslight Rental')

  const path = new URL(cleo.url()).pathname
  const answer = await fetch(`${server.url}${path}`, {
    method: 'PATCH',
    redirect: 'manual',
    headers: { Cookie: await cookieOf('cleo'), 'Content-Type': 'application/json', 'X-Inertia': 'true' },
    body: JSON.stringify({ name: 'Taken over' }),
  })

  expect(await nameField(cleo).count()).toBe(0)
  expect(answer.status).toBe(303)
  expect(await database.query(`select 1 from accounts where name = 'Taken over'`)).toEqual([])
  await cleo.context().close()
})

test('everything on an account can be done with the keyboard', async () => {
  const cleo = await openWindow(browser, server.url, 'Cleo')
  await cleo.getByRole('link', { name: 'Velodrome Trust' }).focus()
  await cleo.keyboard.press('Enter')
  await cleo.getByRole('heading', { name: 'Members', exact: true }).waitFor()

  await tabTo(cleo, 'Name of the account')
  await cleo.keyboard.press('End')
  await cleo.keyboard.type(', London')
  await cleo.keyboard.press('Enter')
  await untilNamed(cleo, 'Velodrome Trust, London')
  await tabTo(cleo, 'Remove George Addo')
  await cleo.keyboard.press('Enter')
  await cleo.keyboard.press('Shift+Tab')
  await cleo.keyboard.press('Enter')
  await cleo.getByText('George Addo').waitFor({ state: 'detached' })
  await cleo.getByRole('textbox', { name: 'Add somebody by address', exact: true }).focus()
  await cleo.keyboard.type('george@velodrometrust.example')
  await cleo.keyboard.press('Enter')

  await cleo.getByText('George Addo').waitFor()
  await cleo.context().close()
})

test('axe finds no serious problem on any page, in light and dark', async () => {
  const found: string[] = []

  await visitPages({ colorScheme: 'light' }, async (page) => void found.push(...(await problemsOf(page))))

  expect(found).toEqual([])
}, 240_000)

test('no page is wider than a phone', async () => {
  const tooWide: string[] = []

  await visitPages(phone, async (page) => {
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - screen.width)
    if (beyond > 0) tooWide.push(`${page.url()} by ${beyond} px`)
  })

  expect(tooWide).toEqual([])
}, 240_000)

/** What `@rails/actioncable` puts into the window, and what each subscription heard, in the order of the asking. */
interface CableWindow {
  readonly ActionCable: { createConsumer(url: string): Consumer }
  cable?: Consumer
  heard?: unknown[][]
}
interface Consumer {
  readonly subscriptions: { create(params: object, callbacks: object): unknown }
}

/** A page of somebody who is signed in, with Rails' own client beside the example's. */
async function openCable(user: string) {
  const context = await browser.newContext({ baseURL: server.url, bypassCSP: true })
  await context.request.post('/session', { data: { user } })
  const page = await context.newPage()
  await page.goto('/accounts')
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve('@rails/actioncable') })
  const subscribe = (id: string) =>
    page.evaluate((id) => {
      const page = window as unknown as CableWindow
      page.cable ??= page.ActionCable.createConsumer('/cable')
      const events: unknown[] = []
      ;(page.heard ??= []).push(events)
      page.cable.subscriptions.create(
        { channel: 'SyncChannel', model: 'Account', id },
        {
          connected: () => events.push('connected'),
          disconnected: () => events.push('disconnected'),
          rejected: () => events.push('rejected'),
          received: (message: unknown) => events.push(message),
        },
      )
    }, id)
  const heard = () => page.evaluate(() => (window as unknown as CableWindow).heard ?? [])
  return { page, subscribe, heard }
}

async function visitPages(
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await openSignIn(browser, server.url, options)
  await userButton(page, 'Ana').waitFor()
  await look(page)
  await page.goto(server.url)
  await look(page)
  await page.goto(`${server.url}/accounts`)
  await signIn(page, 'Ana')
  await ownAccounts(page).waitFor()
  await look(page)
  await openAccount(page, 'Crosslight Rental')
  await nameField(page).fill('')
  await nameField(page).press('Enter')
  await page.getByRole('alert').filter({ hasText: 'needs a name' }).waitFor()
  await page.getByRole('button', { name: 'Remove Ben Okafor', exact: true }).click()
  await look(page)
  await openAdmin(page)
  await look(page)
  await page.getByRole('link', { name: 'Northern Sessions' }).click()
  await page.getByRole('heading', { name: 'Members', exact: true }).waitFor()
  await look(page)
  await page.goto(`${server.url}/accounts/none`)
  await page.getByRole('heading', { name: 'Not here', exact: true }).waitFor()
  await look(page)
  await page.context().close()
}

async function tabTo(page: Page, label: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    if ((await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))) === label) return
  }
  throw new Error(`Tab never came to “${label}”.`)
}

interface InertiaPage {
  readonly component: string
  readonly props: {
    readonly accounts: readonly { readonly id: string; readonly name: string }[]
    readonly selected_account?: { readonly name: string } | null
  }
}

async function pageOf(cookie: string, path: string): Promise<InertiaPage> {
  const response = await fetch(`${server.url}${path}`, { headers: { Cookie: cookie, 'X-Inertia': 'true' } })
  return (await response.json()) as InertiaPage
}

async function propsOf(cookie: string, path: string): Promise<InertiaPage['props']> {
  return (await pageOf(cookie, path)).props
}

async function cookieOf(user: string): Promise<string> {
  const response = await fetch(`${server.url}/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user }),
  })
  return response.headers.get('Set-Cookie')?.split(';')[0] ?? ''
}

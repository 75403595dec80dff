/** The real Inertia client in Chromium against real servers made with each wrapper. */
import { build } from 'esbuild'
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser } from '../../../../test/setup/chromium.ts'
import type { ClientWindow } from './client-entry.ts'
import { createExampleApp, type ExampleApp, HOSTILE } from './example-app.ts'
import { listen, type RunningServer, wrappers } from './example-servers.ts'

declare const window: Window & ClientWindow

let browser: Browser
let clientCode: string

beforeAll(async () => {
  const entryPoints = [new URL('./client-entry.ts', import.meta.url).pathname]
  const [built, opened] = await Promise.all([
    build({ entryPoints, bundle: true, write: false, format: 'iife', logLevel: 'silent' }),
    openBrowser(),
  ])
  clientCode = built.outputFiles[0]?.text ?? ''
  browser = opened
})

afterAll(() => browser.close())

describe.each(Object.entries(wrappers))('%s and the Inertia client', (_name, wrap) => {
  let app: ExampleApp
  let server: RunningServer
  let tab: Tab
  const faults: unknown[] = []

  beforeEach(async () => {
    app = createExampleApp()
    server = await listen(wrap(app, clientCode))
    const context = await browser.newContext()
    tab = await context.newPage()
    faults.length = 0
    tab.on('pageerror', (error) => faults.push(error))
  })

  afterEach(async () => {
    expect(faults).toEqual([])
    await tab.context().close()
    await server.close()
  })

  const open = (path: string) => tab.goto(server.url + path)
  const visit = (url: string, options = {}) =>
    tab.evaluate(([to, how]) => window.visit(to, how), [url, options] as const)
  const reload = (options = {}) => tab.evaluate((how) => window.reload(how), options)
  const shown = () => tab.evaluate(() => window.page)
  const events = (type: string) =>
    tab.evaluate((wanted) => window.events.filter((event) => event.type === wanted), type)
  const until = (condition: () => boolean) => tab.waitForFunction(condition)

  test('a first load, a visit and the way back show pages without another document', async () => {
    await open('/account?tab=1')
    const first = await shown()
    await tab.evaluate(() => Object.assign(window, { isSameDocument: true }))

    const second = await visit('/once')
    await tab.goBack()
    await until(() => window.page.component === 'account')

    expect(first).toMatchObject({ component: 'account', url: '/account?tab=1', version: 'v1' })
    expect(first.props).toMatchObject({
      account: app.account,
      user: { name: 'Ann' },
      errors: {},
      hostile: HOSTILE,
    })
    expect(second).toMatchObject({ component: 'once', url: '/once', sharedProps: ['errors', 'user'] })
    expect(await tab.evaluate(() => 'isSameDocument' in window && !('broken' in window))).toBe(true)
    expect(app.requests).toEqual(['GET /account', 'GET /once'])
  })

  test('a partial reload replaces what it asks for and keeps the rest, at any depth', async () => {
    await open('/account')
    const before = await shown()
    Object.assign(app.account, { name: 'New', owner: 'Bob' })

    const name = await reload({ only: ['account.name'] })
    const audit = await reload({ only: ['audit'] })
    const rest = await reload({ except: ['account', 'audit'] })

    expect(name.props['account']).toEqual({ id: 1, name: 'New', owner: 'Ann' })
    expect(audit.props).toMatchObject({ audit: ['created'], account: name.props['account'] })
    expect(audit.props['other']).toBe(before.props['other'])
    expect(rest.props['other']).not.toBe(before.props['other'])
    expect(app.reads).toEqual({ account: 2, audit: 1, other: 2 })
  })

  test('R1: each answer carries a later position, with every kind of reload', async () => {
    await open('/account')
    const positions = [(await shown()).props['sync']]

    positions.push((await reload({ only: ['audit'] })).props['sync'])
    positions.push((await reload({ except: ['audit'] })).props['sync'])

    expect(positions).toEqual(['1', '2', '3'].map((cursor) => ({ cursor, debounceMs: 300 })))
  })

  test('deferred props arrive by themselves, one request a group, and one that fails is named', async () => {
    await open('/deferred')

    await until(() => window.page.props['slow'] !== undefined && window.page.props['b'] !== undefined)
    await until(() => window.page.rescuedProps.length === 1)

    const page = await shown()
    expect(page.props).toMatchObject({ a: 'A', b: 'B', slow: 'S', errors: {} })
    expect(page.rescuedProps).toEqual(['broken'])
    expect(app.reads).toEqual({ a: 1, b: 1, slow: 1 })
    expect(app.requests).toHaveLength(4)
  })

  test('lists grow at the end, in front, by identity and in depth, and start anew when reset', async () => {
    await open('/lists')
    const only = ['added', 'ahead', 'matched', 'deep', 'feed']

    const second = await reload({ only, data: { page: 2 } })
    const above = await reload({
      only: ['feed'],
      data: { page: 3 },
      headers: { 'X-Inertia-Infinite-Scroll-Merge-Intent': 'prepend' },
    })
    const anew = await reload({ only: ['ahead'], reset: ['added', 'feed'], data: { page: 4 } })

    expect(second.props).toMatchObject({
      added: [1, 2],
      ahead: [2, 1],
      matched: [
        { id: 0, n: 2 },
        { id: 1, n: 1 },
        { id: 2, n: 2 },
      ],
      deep: { last: 2, items: [{ id: 1 }, { id: 2 }] },
      feed: { data: [1, 2] },
    })
    expect(above.props['feed']).toMatchObject({ data: [3, 1, 2] })
    expect(anew.props).toMatchObject({ added: [4], ahead: [4, 2, 1], feed: { data: [4] } })
    expect(anew.scrollProps?.['feed']).toEqual({
      pageName: 'page',
      previousPage: 3,
      nextPage: 5,
      currentPage: 4,
      reset: true,
    })
  })

  test('a once prop is read once and shown on every page that has it', async () => {
    await open('/once')

    const next = await visit('/once-more')
    await visit('/account')
    const asked = await visit('/once', { only: [] })

    expect(next.props['plans']).toEqual(['gold'])
    expect(asked.props['plans']).toEqual(['gold'])
    // The account page does not have the prop, so the browser lost it there.
    expect(app.reads['plans']).toBe(2)
  })

  test('errors come back to the form, in its bag, and go with the next good try; flash is told once', async () => {
    await open('/account')

    const refused = await visit('/account', { method: 'post', data: { name: 'x' } })
    const bagged = await visit('/account', { method: 'put', data: { name: 'x' }, errorBag: 'rename' })
    const saved = await visit('/account', { method: 'post', data: { name: 'Long enough' } })
    const after = await reload({ only: ['account'] })

    expect(refused.props.errors).toEqual({ name: 'is too short' })
    expect(bagged.props.errors).toEqual({ rename: { name: 'is too short' } })
    expect(saved.props.errors).toEqual({})
    expect(saved.props['account']).toMatchObject({ name: 'Long enough' })
    expect(after.flash).toEqual({})
    expect((await events('flash')).map(({ detail }) => detail)).toEqual([
      { notice: 'Not saved' },
      { notice: 'Not saved' },
      { notice: 'Saved' },
    ])
    // The client hands each form its own bag.
    expect((await events('error')).map(({ detail }) => detail)).toEqual([
      { name: 'is too short' },
      { name: 'is too short' },
    ])
  })

  test('fetching ahead leaves the flash for the page that is shown', async () => {
    await open('/account')
    await fetchForm(tab)

    const ahead = tab.waitForResponse((response) => response.request().headers()['purpose'] === 'prefetch')
    await tab.evaluate(() => window.router.prefetch('/once'))
    await ahead
    const page = await reload({ only: ['account'] })

    expect(page.flash).toEqual({ notice: 'Saved' })
  })

  test('after PUT, PATCH and DELETE the page behind the redirect is read', async () => {
    await open('/account')
    const data = { name: 'Long enough' }

    const put = await visit('/account', { method: 'put', data })
    const patch = await visit('/account', { method: 'patch', data })
    const gone = await visit('/account', { method: 'delete' })

    expect([put, patch, gone].map(({ component }) => component)).toEqual(['account', 'account', 'once'])
    expect(app.requests.slice(1)).toEqual([
      'PUT /account',
      'GET /account',
      'PATCH /account',
      'GET /account',
      'DELETE /account',
      'GET /once',
    ])
  })

  test('a redirect of the framework itself after PUT is followed with GET', async () => {
    await open('/once')

    const page = await visit('/native', { method: 'put' })

    expect(page).toMatchObject({ component: 'account', url: '/account?q=%E2%86%92' })
  })

  test('a new version loads the document anew on the next visit, and a reload in the background does not', async () => {
    await open('/account')
    await tab.evaluate(() => Object.assign(window, { isSameDocument: true }))
    app.version = 'v2'

    const background = await reload({ only: ['account'] })
    const stayed = await tab.evaluate(() => 'isSameDocument' in window)
    await Promise.all([tab.waitForURL('**/once'), tab.evaluate(() => window.router.visit('/once'))])
    await tab.waitForLoadState()

    expect([background.version, stayed]).toEqual(['v1', true])
    expect(await shown()).toMatchObject({ component: 'once', version: 'v2' })
    expect(await tab.evaluate(() => 'isSameDocument' in window)).toBe(false)
  })

  test('another site is loaded as a document, and a fragment survives its redirect', async () => {
    const other = await listen((_request, response) => void response.end('<h1>Other</h1>'))
    await open('/once')

    await tab.evaluate(() => window.router.visit('/to-fragment'))
    await tab.waitForURL('**/account#owner')
    await until(() => window.page.component === 'account')
    await tab.evaluate((to) => window.router.visit(`/out?to=${encodeURIComponent(to)}`), `${other.url}/x`)
    await tab.waitForURL(`${other.url}/x`)

    expect(await tab.textContent('h1')).toBe('Other')
    await other.close()
  })

  test('an encrypted page is unreadable in the history, and unreachable once that is cleared', async () => {
    await open('/account')
    // Written a moment after the page is shown.
    const readable = () =>
      tab.evaluate(() => (history.state as { page: { component?: string } } | null)?.page.component ?? 'no')
    await expect.poll(readable).toBe('account')
    await visit('/secret')
    await expect.poll(readable).toBe('no')

    await visit('/sign-out', { method: 'post' })
    const before = app.requests.length
    await tab.goBack()
    await until(() => window.page.component === 'secret')

    expect(app.requests.slice(before)).toEqual(['GET /secret'])
  })

  test('a failing prop is an error of the application, and the next page works', async () => {
    await open('/account')

    await visit('/failing')
    const next = await visit('/once')

    expect(await events('httpException')).toEqual([{ type: 'httpException', detail: 500 }])
    expect(next.component).toBe('once')
  })

  test('cookies and answers of the application stay beside those of the adapter', async () => {
    const redirect = await fetch(`${server.url}/account`, {
      method: 'POST',
      body: '{"name":"Long enough"}',
      headers: { 'content-type': 'application/json', 'x-inertia': 'true' },
      redirect: 'manual',
    })
    const data = await fetch(`${server.url}/data`)
    const failing = await fetch(`${server.url}/failing`)

    expect(redirect.status).toBe(303)
    expect(redirect.headers.getSetCookie().map((cookie) => cookie.split('=')[0])).toEqual([
      'session',
      'syncline_carried',
    ])
    expect([await data.json(), data.headers.get('vary')]).toEqual([{ plain: true }, 'X-Inertia'])
    expect(await failing.text()).toBe('handled: no database')
  })
})

/** Submits a form in another tab of the same browser, which leaves its flash for whichever page comes next. */
async function fetchForm(tab: Tab): Promise<void> {
  await tab.evaluate(() =>
    fetch('/account', {
      method: 'POST',
      body: '{"name":"Long enough"}',
      headers: { 'content-type': 'application/json' },
      redirect: 'manual',
    }),
  )
}

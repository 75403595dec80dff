/** Pages of the real Inertia client in Chromium, refreshed by a real server over a real database. */
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openBrowser } from '../../../../test/setup/chromium.ts'
import { startTcpProxy, type TcpProxy } from '../../src/testing/tcp-proxy.ts'
import type { PageWindow } from './inertia-page.ts'
import { type Site, startSite } from './inertia-site.ts'

declare const window: Window & PageWindow

let browser: Browser
let site: Site
let proxy: TcpProxy
const faults: unknown[] = []
/** How often a page connected, and what the server said to it, oldest first. */
const heard = new Map<Tab, { sockets: number; readonly frames: string[] }>()

beforeAll(async () => {
  ;[browser, site] = await Promise.all([openBrowser('--js-flags=--expose-gc'), startSite()])
  proxy = await startTcpProxy({ port: site.server.port })
})

afterAll(async () => {
  await browser.close()
  await proxy.close()
  await site.close()
})

beforeEach(async () => {
  await site.server.query("update accounts set name = 'Acme', plan = 'free' where id = 7")
  site.requests.length = 0
  site.failure = undefined
  faults.length = 0
  heard.clear()
})

afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
  expect(faults).toEqual([])
})

interface OpenOptions {
  readonly token?: string
  readonly port?: number
  readonly options?: object
  /** Markers come over Action Cable, in this form. */
  readonly cable?: 'model' | 'identifier' | undefined
  /** Where the page comes from. */
  readonly site?: string
}

/** Opens a page in a browser profile of its own, and waits until its channels are live. */
async function open(
  path: string,
  { token = 'ana', port = site.server.port, options = {}, cable, site: from = site.url }: OpenOptions = {},
) {
  const context = await browser.newContext()
  const tab = await context.newPage()
  tab.on('pageerror', (error) => faults.push(error))
  const wire = { sockets: 0, frames: [] as string[] }
  heard.set(tab, wire)
  tab.on('websocket', (socket) => {
    wire.sockets++
    socket.on('framereceived', ({ payload }) => wire.frames.push(String(payload)))
  })
  await tab.addInitScript((sync) => Object.assign(window, { sync }), {
    url: `ws://127.0.0.1:${port}/${cable ? `cable?session=${token}` : 'sync'}`,
    token,
    cable,
    options,
  })
  await tab.goto(from + path)
  if (!path.includes('late')) await live(tab)
  return tab
}

const live = (tab: Tab) => tab.waitForFunction(() => window.registry.isConnected)
const rename = (name: string) => site.server.query('update accounts set name = $1 where id = 7', [name])
const heading = (tab: Tab) => tab.textContent('h1')
const shows = (tab: Tab, name: string) =>
  tab.waitForFunction((text) => document.querySelector('h1')?.textContent === JSON.stringify(text), name)
const reloads = (tab: Tab) => tab.evaluate(() => window.reloads)
const reloadsOf = (from = 0) => site.requests.slice(from).filter((line) => line.split(' ').length > 2)
/** Longer than a marker, its debounce and a reload take. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 900))

const WIRES = [
  ['the native wire', undefined],
  ['Action Cable', 'model'],
  ['Action Cable by identifier', 'identifier'],
] as const

test.each(WIRES)(
  'R2: %s: an edit in one window is in the other, in every tab of every user, whoever wrote it, and its author’s own page does not reload for it',
  async (_, cable) => {
    const tabs = await Promise.all([
      open('/account/7', { cable }),
      open('/account/7', { cable }),
      open('/account/7', { token: 'ben', cable }),
    ])

    await rename('By psql')
    await Promise.all(tabs.map((tab) => shows(tab, 'By psql')))
    await tabs[0]?.evaluate(() => window.submit('By Ana'))
    await Promise.all(tabs.map((tab) => shows(tab, 'By Ana')))

    expect(await reloads(tabs[1] as Tab)).toEqual([
      ['account', 'members'],
      ['account', 'members'],
    ])
    // The author's own page has it from the answer to the submission.
    await pause()
    expect(await reloads(tabs[0] as Tab)).toEqual([['account', 'members']])
  },
)

test.each(WIRES)(
  'R2: %s: an answer that contains a change is not asked for again after a reconnect either',
  async (_, cable) => {
    const tab = await open('/account/7', { port: proxy.port, cable })
    proxy.cut()
    await expect.poll(() => heard.get(tab)?.sockets).toBe(2)
    await live(tab)

    await tab.evaluate(() => window.submit('By Ana'))
    await shows(tab, 'By Ana')
    await pause()
    await rename('By psql')
    await shows(tab, 'By psql')

    expect(await reloads(tab)).toHaveLength(1)
  },
)

test('R1: a change between rendering and subscribing arrives', async () => {
  const tab = await open('/account/7?late')
  await rename('In between')
  expect(await heading(tab)).toBe('"Acme"')

  await tab.evaluate(() => window.mount())

  await shows(tab, 'In between')
})

test('R1: a page that nothing happened to is not loaded again, though it is subscribed from its position', async () => {
  const tab = await open('/account/7')
  await pause()

  expect(await reloads(tab)).toEqual([])
})

test.each(WIRES)(
  'R1: %s: of a hundred lost connections, counted against the database, no refresh is',
  {
    timeout: 240_000,
  },
  async (_, cable) => {
    const tab = await open('/account/7', { port: proxy.port, options: { reconnectDelay: 10 }, cable })
    const shown = () => tab.evaluate(() => (window.page.props['account'] as { plan: string }).plan)
    await site.server.query("update accounts set plan = '0' where id = 7")
    const count = () => site.server.query('update accounts set plan = (plan::int + 1)::text where id = 7')
    for (let n = 1; n <= 100; n++) {
      // Before, while and after the connection is lost.
      if (n % 3 === 0) await count()
      const during = n % 3 === 1 ? count() : undefined
      proxy.cut()
      await during
      if (n % 3 === 2) await count()
      if (n % 5 === 0) await tab.waitForFunction(() => window.registry.isConnected)
      if (n % 20 === 0) await expect.poll(shown).toBe(String(n))
    }

    await expect.poll(shown).toBe('100')
    expect(await site.server.query('select plan from accounts where id = 7')).toEqual([{ plan: '100' }])
  },
)

test.each(WIRES)(
  'R1: %s: after a reconnect only the channels that changed are loaded again',
  async (_, cable) => {
    const tab = await open('/account/7', { port: proxy.port, cable })
    await tab.evaluate(() => window.registry.subscribe('Account:8', 'other'))
    await pause()

    const before = (await reloads(tab)).length
    proxy.cut()
    await rename('Changed')
    await shows(tab, 'Changed')

    expect((await reloads(tab)).slice(before)).toEqual([['account', 'members']])
  },
)

test('the callbacks that the application gives for reloads are called beside those of the adapter', async () => {
  const tab = await open('/account/7')
  const called = () => tab.evaluate(() => window.called.splice(0))

  await rename('Called')
  await shows(tab, 'Called')
  await expect.poll(() => tab.evaluate(() => window.called.at(-1))).toBe('onFinish')
  const whenAnswered = await called()
  site.failure = 503
  await rename('Called again')
  await shows(tab, 'Called again')

  expect(whenAnswered.toSorted()).toEqual(
    ['onStart', 'onCancelToken', 'onBeforeUpdate', 'onSuccess', 'onFinish'].toSorted(),
  )
  expect(await called()).toContain('onHttpException')
})

test('a burst of changes is a handful of reloads', async () => {
  const tab = await open('/account/7')
  const startedAt = Date.now()
  for (let n = 1; n <= 200; n++) await rename(`Name ${n}`)

  await shows(tab, 'Name 200')

  const durationMs = Date.now() - startedAt
  expect((await reloads(tab)).length).toBeLessThanOrEqual(1 + Math.ceil(durationMs / 300))
})

test('R2: an answer that is late does not overwrite a newer one', async () => {
  const tab = await open('/account/7?late')
  const release = site.hold((line) => line === 'GET /account/7 account')
  await rename('Older')
  await tab.evaluate(() => window.router.reload({ only: ['account'] }))
  // The held answer was read.
  await expect.poll(() => site.holding).toBe(1)
  await rename('Newer')
  await tab.evaluate(() => window.router.reload({ only: ['account', 'members'] }))
  await shows(tab, 'Newer')

  release()

  // What was kept is asked for again; nothing older is shown meanwhile.
  await expect.poll(() => reloadsOf().at(-1)).toBe('GET /account/7 account')
  expect(await heading(tab)).toBe('"Newer"')
})

test('R2: through a proxy that delays each answer by a time of its own, the page never goes back', async () => {
  const slow = await startTcpProxy({ port: Number(new URL(site.url).port) })
  const tab = await open('/account/7', { site: `http://localhost:${slow.port}` })
  await rename('0')
  await shows(tab, '0')
  slow.fault({ delayMs: [0, 900] })

  for (let n = 1; n <= 30; n++) {
    await rename(String(n))
    // Answers overtake each other: the page asks by itself too, without waiting for what is under way.
    await tab.evaluate(() => window.router.reload({ only: ['account'] }))
    await new Promise((resolve) => setTimeout(resolve, 60))
  }
  await shows(tab, '30')

  const shown = await tab.evaluate(() =>
    window.pages.map(({ account }) => Number((account as { name: string }).name)),
  )
  await tab.context().close()
  await slow.close()
  const numbers = shown.filter((name) => !Number.isNaN(name))
  expect(numbers.length).toBeGreaterThan(3)
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
})

test('R2: while a reload is under way, what is marked is in one more after it', async () => {
  const tab = await open('/account/7')
  const release = site.hold((line) => line.includes('account,members'))
  await rename('One')
  await expect.poll(() => site.holding).toBe(1)
  for (const name of ['Two', 'Three', 'Four']) await rename(name)
  await pause()
  expect(reloadsOf()).toHaveLength(1)

  release()

  await shows(tab, 'Four')
  expect(await reloads(tab)).toHaveLength(2)
})

test('R4: a reload waits for a submission, and the submission is not cancelled', async () => {
  const tab = await open('/account/7')
  const release = site.hold((line) => line.startsWith('PUT'))
  await tab.evaluate(() => window.router.visit('/account/7', { method: 'put', data: { name: 'Submitted' } }))
  await expect.poll(() => site.holding).toBe(1)
  await site.server.query("update accounts set plan = 'pro' where id = 7")
  await pause()
  expect(await reloads(tab)).toEqual([])

  release()

  await shows(tab, 'Submitted')
  await tab.waitForFunction(() => document.querySelector('#plan')?.textContent === '"pro"')
  await pause()
  // The answer was read after both changes.
  expect(await reloads(tab)).toEqual([])
})

test('R4: a hidden page collects, and reloads when it is seen', async () => {
  const tab = await open('/account/7')
  const become = (state: string) =>
    tab.evaluate((visibility) => {
      Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true })
      Object.defineProperty(document, 'hidden', { value: visibility === 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, state)
  await become('hidden')
  await rename('Unseen')
  await pause()
  expect(await reloads(tab)).toEqual([])

  await become('visible')

  await shows(tab, 'Unseen')
  expect(await reloads(tab)).toHaveLength(1)
})

test('R4: a reload leaves the page where it was scrolled to', async () => {
  const tab = await open('/accounts')
  const list = () => tab.textContent('ul')
  await tab.evaluate(() => scrollTo(0, 2_500))
  expect(await tab.evaluate(() => scrollY)).toBe(2_500)

  await rename('Scrolled')
  await expect.poll(list).toContain('Scrolled')
  // Inertia moves a page after it has shown it.
  await tab.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100))))

  expect(await tab.evaluate(() => scrollY)).toBe(2_500)
  expect(await reloads(tab)).toEqual([['accounts']])
})

test('R4: what the user types stays, the rest of the page is refreshed, and theirs is offered', async () => {
  const tab = await open('/account/7')
  await tab.focus('#name')
  await tab.keyboard.type(' & Co')

  await rename('Acme Ltd')
  await shows(tab, 'Acme Ltd')
  await tab.waitForSelector('[role=status]')
  await tab.keyboard.type('!')

  expect(await tab.inputValue('#name')).toBe('Acme & Co!')
  expect(await tab.evaluate(() => document.activeElement?.id)).toBe('name')
  expect(await tab.textContent('[role=status]')).toBe('Changed meanwhile to “Acme Ltd”. Use theirs Keep mine')
  await tab.click('text=Use theirs')
  expect(await tab.inputValue('#name')).toBe('Acme Ltd')
  expect(await tab.locator('[role=status]').count()).toBe(0)

  await rename('Acme Inc')
  await tab.waitForFunction(() => document.querySelector<HTMLInputElement>('#name')?.value === 'Acme Inc')
})

test('R4: a form that is refused keeps what was typed, also from the next refresh; one that is taken follows the page', async () => {
  const tab = await open('/account/7')
  const value = () => tab.inputValue('#name')
  const type = async (text: string) => {
    await tab.focus('#name')
    await tab.keyboard.press('Control+A')
    await tab.keyboard.type(text)
    await tab.keyboard.press('Enter')
  }
  await type('   ')
  await tab.waitForFunction(() => 'name' in (window.page.props['errors'] as object))
  await rename('Acme Ltd')
  await shows(tab, 'Acme Ltd')
  await tab.waitForSelector('[role=status]')
  expect(await value()).toBe('   ')

  await type(' Acme & Sons ')
  await shows(tab, 'Acme & Sons')
  await tab.waitForFunction(() => document.querySelector<HTMLInputElement>('#name')?.value === 'Acme & Sons')
  await rename('Acme Inc')
  await tab.waitForFunction(() => document.querySelector<HTMLInputElement>('#name')?.value === 'Acme Inc')

  expect(await tab.locator('[role=status]').count()).toBe(0)
})

test('R4: boxes, choices and long texts keep what the user chose', async () => {
  const tab = await open('/account/7')
  const values = () =>
    tab.evaluate(() => [
      document.querySelector<HTMLInputElement>('#pro')?.checked,
      document.querySelector<HTMLSelectElement>('#choice')?.value,
      document.querySelector<HTMLTextAreaElement>('#words')?.value,
    ])
  await tab.focus('#pro')
  await tab.keyboard.press('Space')
  await tab.focus('#choice')
  await tab.keyboard.press('ArrowDown')
  await tab.focus('#words')
  await tab.keyboard.type('er than free')
  const chosen = await values()

  await site.server.query("update accounts set name = 'Other', plan = 'max' where id = 7")
  await shows(tab, 'Other')
  await tab.waitForFunction(() => document.querySelectorAll('[role=status]').length === 2)

  expect(await values()).toEqual(chosen)
  expect(chosen).toEqual([true, 'pro', expect.stringContaining('er than free')])
  await tab.locator('#choice + [role=status] >> text=Use theirs').click()
  expect((await values())[1]).toBe('max')
})

test('R1: the way back shows what changed while the page was left', async () => {
  const tab = await open('/account/7')
  await tab.evaluate(() => window.router.visit('/accounts'))
  await tab.waitForFunction(() => window.page.component === 'accounts')
  await pause()
  await rename('Changed meanwhile')
  await pause()

  await tab.goBack()

  await shows(tab, 'Changed meanwhile')
})

test('R4: an error of the server, or a network that fails, does not disturb the page, and the reload is repeated', async () => {
  const tab = await open('/account/7')
  site.failure = 500
  await rename('One')
  // No other marker comes: the reload itself is repeated.
  await shows(tab, 'One')
  expect(await tab.locator('dialog').count()).toBe(0)

  site.failure = 'cut'
  await rename('Two')

  await shows(tab, 'Two')
})

test('a lost right ends the refreshes, and disturbs nothing', async () => {
  const tab = await open('/account/8', { token: 'cleo' })
  const frames = heard.get(tab)?.frames ?? []
  await expect.poll(() => frames.join()).toContain('"type":"joined"')
  await site.server.query('delete from account_users where user_id = 3')
  await expect.poll(() => frames.join()).toContain('"type":"gone"')
  const from = frames.length

  const other = await open('/account/8')
  await site.server.query("update accounts set name = 'Secret' where id = 8")
  await shows(other, 'Secret')
  await pause()

  expect(frames.slice(from).join()).not.toContain('"marker"')
  expect(await tab.evaluate(() => window.registry.isConnected)).toBe(true)
})

test('a thousand mounts and unmounts, and a long run of markers, leave the memory flat', async () => {
  const tab = await open('/account/7')
  let runs = 0
  const run = async () => {
    await tab.evaluate(() => window.mountAndUnmount(1_000))
    runs++
    for (let n = 1; n <= 20; n++) await rename(`Run ${runs}.${n}`)
    await shows(tab, `Run ${runs}.20`)
  }
  const heap = () =>
    tab.evaluate(() => {
      ;(window as unknown as { gc(): void }).gc()
      return (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize
    })
  await run()
  await run()
  const before = await heap()
  await run()
  await run()

  expect(await tab.evaluate(() => window.registry.subscriptions.size)).toBe(1)
  // What is still under way goes; what leaks stays.
  await expect.poll(async () => (await heap()) - before).toBeLessThan(2_000_000)
})

test('developers find what is subscribed, whether it is open, and what came', async () => {
  const tab = await open('/account/7')
  await rename('Seen')
  await shows(tab, 'Seen')

  const state = await tab.evaluate(() =>
    JSON.parse(JSON.stringify((window as unknown as { __syncline: object }).__syncline)),
  )

  expect(state).toEqual({
    isEnabled: true,
    subscriptions: { 'Account:7': ['account', 'members'] },
    isOpen: true,
    markers: expect.arrayContaining([
      { identifier: 'Account:7', action: 'refresh', prop: 'account', timestamp: expect.any(Number) },
    ]),
  })
})

test('a prop that the page does not have is told, with the ones that it has', async () => {
  const tab = await open('/account/7')
  const said = tab.waitForEvent(
    'console',
    (line) => line.type() === 'warning' && line.text().startsWith('[syncline]'),
  )

  await tab.evaluate(() => window.registry.subscribe('Account:7', 'acount'))
  await rename('Told')

  expect((await said).text()).toBe(
    '[syncline] The page has no prop `acount`. Its props are `errors`, `account`, `members`, `sync`. Subscribe with one of these.',
  )
})

/**
 * Pages of the real Inertia client in Chromium beside a real Rails Action Cable, whose messages tell no place in the
 * log; and pages of any other server, which asks Syncline where the log stands.
 */
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../../../../test/setup/chromium.ts'
import { OPERATOR_TOKEN } from './accounts-server.ts'
import type { PageWindow } from './inertia-page.ts'
import { type Site, startSite } from './inertia-site.ts'
import { ensureRails, type RailsCable, startRailsCable } from './rails/rails-cable.ts'

declare const window: Window & PageWindow & { readonly __syncline: { readonly markers: readonly object[] } }

let browser: Browser
beforeAll(async () => void (browser = await openBrowser()))
afterAll(() => browser.close())
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
})

async function open(site: Site, url: string, cable: 'model' | 'identifier'): Promise<Tab> {
  const tab = await (await browser.newContext()).newPage()
  await tab.addInitScript((sync) => Object.assign(window, { sync }), {
    url,
    token: '',
    cable,
    options: { debounceMs: DEBOUNCE_MS },
  })
  await tab.goto(`${site.url}/account/7`)
  await tab.waitForFunction(() => window.registry.isConnected)
  return tab
}

const reloads = (tab: Tab) => tab.evaluate(() => window.reloads)
const heard = (tab: Tab) => tab.evaluate(() => window.__syncline.markers.length)
const shows = (tab: Tab, name: string) =>
  tab.waitForFunction((text) => document.querySelector('h1')?.textContent === JSON.stringify(text), name)
/** How long a page collects markers from here on. */
const collectFor = (tab: Tab, ms: number) =>
  tab.evaluate((debounceMs) => void Object.assign(window.registry, { debounceMs }), ms)
const DEBOUNCE_MS = 300
/** Longer than a marker, its debounce and a reload take. */
const pause = () => new Promise((resolve) => setTimeout(resolve, DEBOUNCE_MS + 900))
const FORMS = ['model', 'identifier'] as const

// Where Ruby may not be installed there is no Rails to be had.
describe.runIf(ensureRails())('beside Rails 6.1', () => {
  let rails: RailsCable
  let site: Site
  beforeAll(
    async () => void ([rails, site] = await Promise.all([startRailsCable(), startSite({ position: null })])),
  )
  afterAll(async () => {
    rails?.close()
    await site?.close()
  })

  const broadcast = (prop: string) =>
    rails.broadcast('Account:7', { identifier: 'Account:7', action: 'refresh', prop })
  /** Opens a page, and waits for the one load that stands for what may have happened since it was read. */
  const openLoaded = async (form: (typeof FORMS)[number]) => {
    const tab = await open(site, rails.url, form)
    await tab.waitForFunction(() => window.called.at(-1) === 'onFinish')
    expect(await reloads(tab)).toHaveLength(1)
    return tab
  }

  test.each([
    ['model', 'before'],
    ['model', 'after'],
    ['model', 'around'],
    ['identifier', 'around'],
  ] as const)(
    'R1, R4: %s: where no place is told, one reload follows a submission, and no more, its markers coming %s its answer',
    async (form, when) => {
      const tab = await openLoaded(form)
      const release = site.hold((line) => line.startsWith('PUT'))
      const name = `${form} ${when}`
      await tab.evaluate((text) => window.submit(text), name)
      await expect.poll(() => site.holding).toBe(1)
      const before = await heard(tab)

      if (when !== 'after') {
        broadcast('account')
        await expect.poll(() => heard(tab)).toBe(before + 1)
        // It would be time to reload.
        await tab.waitForFunction(() => window.registry.reloadTimer === null)
        expect(await reloads(tab)).toHaveLength(1)
      }
      // However long the second marker is on its way, it is collected with the first.
      if (when === 'around') await collectFor(tab, 3_600_000)
      release()
      await shows(tab, name)
      if (when === 'around') await tab.waitForFunction(() => window.registry.reloadTimer !== null)
      await collectFor(tab, DEBOUNCE_MS)
      if (when !== 'before') broadcast('members')

      await expect.poll(() => reloads(tab)).toHaveLength(2)
      await pause()
      expect(await reloads(tab)).toHaveLength(2)
    },
  )

  test.each(FORMS)(
    'R1: %s: what changes while the answer to a submission is on its way is not taken for the submission’s own',
    async (form) => {
      const tab = await openLoaded(form)
      const release = site.hold((line) => line === 'GET /account/7')
      await tab.evaluate(() => window.submit('Mine'))
      // It was read, and is on its way.
      await expect.poll(() => site.holding).toBe(1)
      await site.server.query("update accounts set name = 'Theirs' where id = 7")
      const before = await heard(tab)
      broadcast('account')
      await expect.poll(() => heard(tab)).toBe(before + 1)

      release()

      await shows(tab, 'Theirs')
    },
  )
})

describe('a server of pages that asks where the log stands', () => {
  let site: Site
  beforeAll(async () => {
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` }
    site = await startSite({
      async position({ sync }) {
        return (await sync.fetch(new Request('http://sync.example/sync/position', { headers }))).json()
      },
    })
  })
  afterAll(() => site?.close())

  test.each(FORMS)('R1, R2: %s: misses nothing, and its author’s own page does not reload', async (form) => {
    const url = `ws://127.0.0.1:${site.server.port}/cable?session=ben`
    const tab = await open(site, url, form)

    await tab.evaluate((name) => window.submit(name), `By Ben, ${form}`)
    await shows(tab, `By Ben, ${form}`)
    await expect.poll(() => heard(tab)).toBe(1)
    await pause()
    expect(await reloads(tab)).toEqual([])
    await site.server.query("update accounts set name = 'By psql' where id = 7")

    await shows(tab, 'By psql')
    expect(await reloads(tab)).toHaveLength(1)
  })
})

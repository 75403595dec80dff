/** What axe finds on every page, in light and dark, and that nothing of it is wider than a phone. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, openProduction, openSignIn, openWindow } from './support/browser.ts'
import { startStage, type StageProcess } from './support/stage-process.ts'

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

let stage: StageProcess
let browser: Browser

beforeAll(async () => {
  ;[stage, browser] = await Promise.all([startStage(), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await stage?.remove()
})

test.each([
  { colorScheme: 'light' },
  { colorScheme: 'dark' },
  { colorScheme: 'light', ...phone },
  { colorScheme: 'dark', ...phone },
] as BrowserContextOptions[])(
  'axe finds no serious problem: $colorScheme, $viewport.width',
  async (options) => {
    const stranger = await openSignIn(browser, stage.url, options)
    await stranger.getByRole('button', { name: 'Ana' }).waitFor()
    const page = await openWindow(browser, stage.url, 'Ana', options)

    const signIn = await problemsOf(stranger)
    const list = await problemsOf(page)
    await openProduction(page, 'Harbour Lights Festival')
    await refuseAName(page)
    const production = await problemsOf(page)
    await page.goto(`${stage.url}/productions/none`)
    await page.getByRole('heading', { name: 'Not here' }).waitFor()
    const missing = await problemsOf(page)

    expect({ signIn, list, production, missing }).toEqual({
      signIn: [],
      list: [],
      production: [],
      missing: [],
    })
    await page.context().close()
    await stranger.context().close()
  },
)

/** Also the marks of a refusal must be readable. */
async function refuseAName(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Name of Camera 2', exact: true }).fill('')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').filter({ hasText: 'Not saved' }).waitFor()
}

async function problemsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const found = serious.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
  )
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  return overflow > 0 ? [...found, `the page is ${overflow} px wider than the window`] : found
}

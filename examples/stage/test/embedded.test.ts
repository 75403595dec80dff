/** The example as `npm start` runs it for whoever tries it: on the database that it brings itself. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, openProduction, openWindow, SEEN_WITHIN_MS } from './support/browser.ts'
import { field, untilSettled } from './support/page-parts.ts'
import { startStage, type StageProcess } from './support/stage-process.ts'

let stage: StageProcess
let browser: Browser

beforeAll(async () => {
  ;[stage, browser] = await Promise.all([startStage(), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await stage?.remove()
})

test('C1, W1: two windows see each other within a second, and a killed server has kept everything', async () => {
  const [ana, cleo] = await Promise.all([
    openWindow(browser, stage.url, 'Ana'),
    openWindow(browser, stage.url, 'Cleo'),
  ])
  await Promise.all([
    openProduction(ana, 'Velodrome Finals Night'),
    openProduction(cleo, 'Velodrome Finals Night'),
  ])

  await field(ana, 'Name of Camera 3').fill('Camera 3, replay')
  await field(ana, 'Name of Camera 3')
    .press('Enter')
    .catch(() => {})
  await field(cleo, 'Name of Camera 3, replay').waitFor({ timeout: SEEN_WITHIN_MS })
  await untilSettled(ana)
  await stage.kill()
  await stage.start()

  await untilSettled(cleo, 32_000)
  await cleo.reload()
  await field(cleo, 'Name of Camera 3, replay').waitFor()
})

test('the random secret outlives a restart, so nobody is signed out, and the log says where it is', async () => {
  const page = await openWindow(browser, stage.url, 'Ben')

  await stage.stop()
  await stage.start()
  await page.reload()

  await page.getByRole('heading', { name: 'Productions' }).waitFor()
  expect(stage.log()).toContain('SYNCLINE_SECRET is not set')
})

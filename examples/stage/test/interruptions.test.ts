/** Killed servers and lost networks, in a real Chromium: everything that was written arrives, and arrives once. */
import type { Browser, Page } from 'playwright-core'
import { createTestDatabase, startTcpProxy, type TcpProxy, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { BACK_WITHIN_MS, openBrowser, openProduction, openWindow } from './support/browser.ts'
import { field, untilSettled, untilValue } from './support/page-parts.ts'
import { type StageProcess, startStage } from './support/stage-process.ts'

const SHARED = 'Northern Sessions Awards'

let database: TestDatabase
let stage: StageProcess
/** Ben's network. */
let network: TcpProxy
let browser: Browser
let ben: Page
let ana: Page

beforeAll(async () => {
  database = await createTestDatabase(Object.values(inject('servers')).at(-1) as string)
  ;[stage, browser] = await Promise.all([startStage(database.url), openBrowser()])
  network = await startTcpProxy({ port: Number(new URL(stage.url).port) })
  const benUrl = `http://localhost:${network.port}`
  ;[ben, ana] = await Promise.all([openWindow(browser, benUrl, 'Ben'), openWindow(browser, stage.url, 'Ana')])
  await Promise.all([openProduction(ben, SHARED), openProduction(ana, SHARED)])
})

afterAll(async () => {
  await browser?.close()
  await network?.close()
  await stage?.remove()
  await database?.drop()
})

test('W1, W2: the server is killed; both windows go on, and what they wrote meanwhile arrives once', async () => {
  await untilSettled(ben)
  await stage.kill()
  await ben.locator('.status[data-live="no"]').waitFor()

  await addCamera(ben, 'Written by Ben')
  await addCamera(ana, 'Written by Ana')
  await database.query(
    `insert into cameras (production_id, name) values ('northern-sessions', 'Written by psql')`,
  )
  await stage.start()

  for (const page of [ben, ana]) {
    for (const author of ['Ben', 'Ana', 'psql']) {
      await field(page, `Name of Written by ${author}`).waitFor({ timeout: BACK_WITHIN_MS })
    }
    await untilSettled(page, BACK_WITHIN_MS)
  }
  const written = await database.query(`select name from cameras where name like 'Written by%' order by name`)
  expect(written.map(({ name }) => name)).toEqual(['Written by Ana', 'Written by Ben', 'Written by psql'])
})

test('W2, W3: the server is killed while somebody writes; each write is there once', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `During ${index + 1}`)

  for (const [index, name] of names.entries()) {
    await addCamera(ben, name)
    if (index === 5) await stage.kill()
    if (index === 8) await stage.start()
  }
  await untilSettled(ben, BACK_WITHIN_MS)

  const written = await database.query(
    `select name from cameras where name like 'During%' order by sort_order`,
  )
  expect(written.map(({ name }) => name)).toEqual(names)
})

test('K1, K2: without a network writing goes on, the page says what is not sent, and sends it later', async () => {
  await untilSettled(ben)
  await cutNetwork(ben)

  await field(ben, 'Note of Camera 7').fill('Written offline')
  await field(ben, 'Note of Camera 7').press('Enter')
  await ben.getByText('1 change not sent').waitFor()
  await database.query(`update cameras set note = 'Written online' where id = 'northern-sessions-camera-8'`)
  await untilValue(ana, 'Note of Camera 8', 'Written online')
  await restoreNetwork(ben)

  await untilSettled(ben, BACK_WITHIN_MS)
  await untilValue(ana, 'Note of Camera 7', 'Written offline')
  await untilValue(ben, 'Note of Camera 8', 'Written online')
})

test('K2: a device that goes offline says so at once, although its socket still seems open, and is live again after', async () => {
  await untilSettled(ben)

  await ben.context().setOffline(true)
  await ben.locator('.status[data-live="no"]').waitFor()
  await ben.context().setOffline(false)

  await untilSettled(ben, BACK_WITHIN_MS)
})

test('the server ends by itself when asked to, and says goodbye', async () => {
  const code = await stage.stop()

  expect(code).toBe(0)
  await ben.locator('.status[data-live="no"]').waitFor()
  await stage.start()
  await untilSettled(ben, BACK_WITHIN_MS)
})

async function addCamera(page: Page, name: string): Promise<void> {
  await page.getByPlaceholder('Add a camera').fill(name)
  await page.keyboard.press('Enter')
  await field(page, `Name of ${name}`).waitFor()
}

/** Chromium's offline mode keeps open sockets open, so the network itself is cut too. */
async function cutNetwork(page: Page): Promise<void> {
  await page.context().setOffline(true)
  network.fault({ cutChance: 1 })
  network.cut()
  await page.locator('.status[data-live="no"]').waitFor()
}

async function restoreNetwork(page: Page): Promise<void> {
  network.fault({})
  await page.context().setOffline(false)
}

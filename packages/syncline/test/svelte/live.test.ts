/** Live rows as people meet them: compiled by Svelte 5, bundled, in Chromium, against a real server and database. */
import type { Browser, Page } from 'playwright-core'
import { type LiveBindings, live } from 'syncline/svelte'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openBrowser } from '../../../../test/setup/chromium.ts'
import { type StageFixture, startStage } from '../client/stage-fixture.ts'
import type { StageSchema } from '../client/stage-schema.ts'
import { servePage, type ServedPage } from './serve-page.ts'

let stage: StageFixture
let browser: Browser
let served: ServedPage
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  stage = await startStage(Object.values(inject('servers'))[0] ?? '', ['ana'])
  await stage.database.query("insert into cameras (id, production_id, name) values ('c1', 'p1', 'One')")
  browser = await openBrowser()
  served = await servePage('live-page.ts', { syncUrl: stage.url })
  page = await browser.newPage()
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(served.url)
})

afterAll(async () => {
  await browser?.close()
  served?.close()
  await stage?.close()
})

test('getters and stores follow the database', async () => {
  await untilShown('getters', 'success p1: One, first')
  await untilShown('stores', 'success: One, first')
  await untilShown('record', 'first')
  await untilShown('sync', 'connected realtime')

  await stage.database.query("update cameras set name = 'Due' where id = 'p1-c1'")

  await untilShown('getters', 'success p1: Due, One')
  await untilShown('stores', 'success: Due, One')
  await untilShown('record', 'Due')
})

test('K2: a write is shown at once, and said to be saved when the server has committed it', async () => {
  await page.getByRole('button', { name: 'Rename' }).click()

  await untilShown('record', 'Mine')
  await untilShown('write', 'success 0')
  expect(await stage.database.query("select name from cameras where id = 'p1-c1'")).toEqual([
    { name: 'Mine' },
  ])
})

test('an argument that is a function is followed: another production, its room and its rows', async () => {
  await page.getByRole('button', { name: 'Other production' }).click()

  await untilShown('getters', 'success p2: first')
  await untilShown('record', 'first')
  await stage.database.query("update cameras set name = 'Second' where id = 'p2-c1'")
  await untilShown('stores', 'success: Second')
})

test('what a component held is let go of after it', async () => {
  await page.evaluate(() => window.leavePage())

  await expect.poll(() => page.evaluate(() => window.joined)).toBe(0)
  expect(complaints).toEqual([])
})

test('on the server everything is awaited, and nothing is opened', async () => {
  const { query, room, status } = live(untouchable())

  expect(query('camera')).toMatchObject({ data: [], status: 'pending', isLoading: true })
  expect(room('production', 'p1')).toMatchObject({ phase: 'joining', isLoading: true })
  expect(status().status).toBe('idle')
})

test('names and rows have the types of the schema', () => {
  const check = ({ query, record, room }: LiveBindings<StageSchema>) => {
    const names: readonly string[] = query('camera', { where: { productionId: 'p1' } }).data.map(
      ({ name }) => name,
    )
    const note: string | null | undefined = record('camera', () => 'c1').data?.note
    // @ts-expect-error there is no such model
    query('kamera')
    // @ts-expect-error a camera is no room
    room('camera', 'c1')
    // @ts-expect-error there is no such field
    query('camera', () => ({ where: { colour: 'red' } }))
    return [names, note]
  }

  expect(check).toBeTypeOf('function')
})

async function untilShown(id: string, text: string): Promise<void> {
  await expect.poll(() => page.locator(`#${id}`).textContent()).toBe(text)
}

/** A client that no test of the server may use. */
function untouchable(): Parameters<typeof live<StageSchema>>[0] {
  return new Proxy({} as Parameters<typeof live<StageSchema>>[0], {
    get(_client, name) {
      throw new Error(`The server read \`${String(name)}\` of the client.`)
    },
  })
}

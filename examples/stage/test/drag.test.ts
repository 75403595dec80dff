/** Dragging in a real Chromium while somebody else changes the list: what moves is the row that was taken. */
import type { Browser, Page } from 'playwright-core'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { openBrowser, openWindow } from './support/browser.ts'
import { field, until } from './support/page-parts.ts'
import { type StageProcess, startStage } from './support/stage-process.ts'

let database: TestDatabase
let stage: StageProcess
let browser: Browser
let ana: Page

beforeAll(async () => {
  database = await createTestDatabase(Object.values(inject('servers')).at(-1) as string)
  ;[stage, browser] = await Promise.all([startStage(database.url), openBrowser()])
  await database.query(`insert into productions (id, name) values ('dragged', 'Dragged')`)
  ana = await openWindow(browser, stage.url, 'Ana')
  await ana.goto(`${stage.url}/productions/dragged`)
})

beforeEach(async () => {
  await database.query(`delete from cameras where production_id = 'dragged'`)
  await database.query(
    `insert into cameras (id, production_id, name, sort_order)
     select 'dragged-' || n, 'dragged', 'C' || n, n from generate_series(1, 6) n`,
  )
  await until(async () => (await ana.getByRole('button', { name: /^Move C\d/ }).count()) === 6)
})

afterAll(async () => {
  await browser?.close()
  await stage?.remove()
  await database?.drop()
})

test('a row above goes meanwhile: the row that was taken moves', async () => {
  await take('C5')
  await over('C3')

  await database.query(`delete from cameras where id = 'dragged-1'`)
  await field(ana, 'Name of C1').waitFor({ state: 'detached' })
  await over('C3')
  await ana.mouse.up()

  await until(async () => (await order()) === 'C2 C5 C3 C4 C6')
})

test('the row that was taken goes meanwhile: nothing moves, and no line stays', async () => {
  await take('C5')
  await over('C3')
  await ana.locator('.drop-line').waitFor()

  await database.query(`delete from cameras where id = 'dragged-5'`)

  await ana.locator('.drop-line').waitFor({ state: 'detached' })
  await ana.mouse.up()
  expect(await order()).toBe('C1 C2 C3 C4 C6')
})

test('a row that is pulled down is marked, and stands where the line was', async () => {
  await take('C2')
  await over('C4')
  await over('C5')
  await ana.locator('#dragged-2.is-dragged').waitFor()
  await ana.mouse.up()

  await until(async () => (await order()) === 'C1 C3 C4 C2 C5 C6')
  expect(await ana.locator('.is-dragged').count()).toBe(0)
})

async function take(name: string): Promise<void> {
  await field(ana, `Name of ${name}`).hover()
  await ana.getByRole('button', { name: `Move ${name}`, exact: true }).hover()
  await ana.mouse.down()
}

/** Just above the middle of a row. */
async function over(name: string): Promise<void> {
  const box = await ana.locator('tr', { has: field(ana, `Name of ${name}`) }).boundingBox()
  if (!box) throw new Error(`${name} is not on the page.`)
  await ana.mouse.move(box.x + 20, box.y + box.height / 2 - 4, { steps: 3 })
}

async function order(): Promise<string> {
  const rows = await database.query<{ name: string }>(
    `select name from cameras where production_id = 'dragged' order by sort_order`,
  )
  return rows.map(({ name }) => name).join(' ')
}

/** Dragging in a real Chromium while somebody else changes the list: what moves is the row that was taken. */
import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { openWindow } from './support/browser.ts'
import { field, until } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

let ana: Page

beforeAll(async () => {
  await running.database.query(`insert into productions (id, name) values ('dragged', 'Dragged')`)
  ana = await openWindow(running.browser, running.stage.url, 'Ana')
  await ana.goto(`${running.stage.url}/productions/dragged`)
})

beforeEach(async () => {
  await running.database.query(`delete from cameras where production_id = 'dragged'`)
  await running.database.query(
    `insert into cameras (id, production_id, name, sort_order)
     select 'dragged-' || n, 'dragged', 'C' || n, n from generate_series(1, 6) n`,
  )
  await until(async () => (await ana.getByRole('button', { name: /^Move C\d/ }).count()) === 6)
})

test('a row above goes meanwhile: the row that was taken moves', async () => {
  await take('C5')
  await over('C3')

  await running.database.query(`delete from cameras where id = 'dragged-1'`)
  await field(ana, 'Name of C1').waitFor({ state: 'detached' })
  await over('C3')
  await ana.mouse.up()

  await until(async () => (await order()) === 'C2 C5 C3 C4 C6')
})

test('the row that was taken goes meanwhile: nothing moves, and no line stays', async () => {
  await take('C5')
  await over('C3')
  await ana.locator('.drop-line').waitFor()

  await running.database.query(`delete from cameras where id = 'dragged-5'`)

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
  const rows = await running.database.query<{ name: string }>(
    `select name from cameras where production_id = 'dragged' order by sort_order`,
  )
  return rows.map(({ name }) => name).join(' ')
}

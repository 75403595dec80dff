/** A production with thousands of devices: every end of a connection could be any of them. */
import type { Locator, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { openProduction, openTab, openWindow } from './support/browser.ts'
import { chooseFrom, until } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

const MANY = 2_000
const CONNECTION = 'northern-sessions-connection-1'

let page: Page

beforeAll(async () => {
  await running.database.query(
    `insert into cameras (id, production_id, name, sort_order)
     select 'many-' || n, 'northern-sessions', 'Spare ' || n, 4e9 + n from generate_series(1, $1::int) n`,
    [MANY],
  )
  page = await openWindow(running.browser, running.stage.url, 'Ben')
  await openProduction(page, 'Northern Sessions Awards')
  await page.getByText(`${MANY + 12} in all`).waitFor()
  await openTab(page, 'Cabling')
  await choice('From').waitFor()
})

test('a choice holds the device that is chosen, and all of them only while it has the focus', async () => {
  const atFirst = await mostOptions()

  await choice('From').focus()
  const focused = await choice('From').locator('option').count()
  await choice('To').focus()

  expect(atFirst).toBeLessThan(20)
  expect(focused).toBeGreaterThan(MANY)
  expect(await choice('From').locator('option').allTextContents()).toEqual(['Camera 1', 'Not connected'])
})

test('a pointer that opens it finds all of them, and another one is chosen with the keyboard', async () => {
  await choice('From').dispatchEvent('mousedown')
  expect(await choice('From').locator('option').count()).toBeGreaterThan(MANY)
  await choice('From').focus()

  await page.keyboard.press('ArrowDown')

  await until(async () => (await fromId()) === 'northern-sessions-camera-2')
  expect(await choice('From').evaluate((select: HTMLSelectElement) => select.value)).toBe(
    'northern-sessions-camera-2',
  )
})

test('the last of them is chosen, and stays shown when the choice is left', async () => {
  await chooseFrom(choice('From'), `Spare ${MANY}`)

  await until(async () => (await fromId()) === `many-${MANY}`)
  await page.getByRole('heading', { name: 'Connections', exact: true }).click()
  await until(async () => (await shown(choice('From'))) === `Spare ${MANY}`)
})

test('two are connected that were not on the page before', async () => {
  const from = page.getByLabel('Connect from', { exact: true })
  const to = page.getByLabel('Connect to', { exact: true })
  await chooseFrom(from, 'Spare 7')
  await chooseFrom(to, 'Spare 8')

  await page.getByRole('button', { name: 'Connect', exact: true }).click()

  await page.getByRole('button', { name: 'Delete Spare 7 to Spare 8', exact: true }).waitFor()
  expect(await shown(from)).toBe('Spare 7')
})

/** An end of the first connection. */
function choice(end: 'From' | 'To'): Locator {
  return page.locator(`[id="${CONNECTION}"] select[aria-label^="${end}, "]`)
}

function mostOptions(): Promise<number> {
  return page
    .locator('#connections select')
    .evaluateAll((selects) => Math.max(...selects.map((select) => (select as HTMLSelectElement).length)))
}

function shown(select: Locator): Promise<string> {
  return select.evaluate(({ selectedOptions }: HTMLSelectElement) => selectedOptions[0]?.textContent ?? '')
}

async function fromId(): Promise<unknown> {
  const [row] = await running.database.query(`select from_id from connections where id = $1`, [CONNECTION])
  return row?.['from_id']
}

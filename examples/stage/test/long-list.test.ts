/** A production with thousands of cameras: what is far from the window is not on the page, and still within reach. */
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { openProduction, openWindow } from './support/browser.ts'
import { field, until, untilFocused, untilValue } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

const MANY = 3_000

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
})

test('only rows near the window are on the page, and all of them are counted', async () => {
  expect(await page.locator('#cameras tr[data-index]').count()).toBeLessThan(200)
  expect(await page.locator('#cameras table').getAttribute('aria-rowcount')).toBe(String(MANY + 13))
})

test('scrolling brings the rows, down to the last', async () => {
  await page.getByPlaceholder('Add a camera').scrollIntoViewIfNeeded()

  await field(page, `Name of Spare ${MANY}`).waitFor()
  expect(await page.locator('#cameras tr[data-index]').count()).toBeLessThan(300)
})

test('R4: the row that somebody writes in stays, however far the page is scrolled', async () => {
  const note = field(page, `Note of Spare ${MANY}`)
  await note.focus()
  await note.pressSequentially('half')

  await page.evaluate(() => scrollTo(0, 0))
  await field(page, 'Name of Camera 1').waitFor()
  await page.keyboard.type(' and whole')

  await untilValue(page, `Note of Spare ${MANY}`, 'half and whole')
  await until(async () => {
    const [camera] = await running.database.query(`select note from cameras where id = $1`, [`many-${MANY}`])
    return camera?.['note'] === 'half and whole'
  })
})

test('search goes to a row that was not on the page', async () => {
  await page.getByRole('combobox', { name: 'Search' }).fill('Spare 1500')
  await page.keyboard.press('Enter')

  await untilFocused(page, 'Name of Spare 1500')
})

/** Slips of the hand in a real Chromium, and what they must not cost: nothing written is lost, nothing else is changed. */
import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { BACK_WITHIN_MS, openTab, openWindow } from './support/browser.ts'
import { chooseFrom, field, numberField, section, until, untilSettled } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

const LONG_WORD = 'Kamera'.repeat(10)

let ana: Page

beforeAll(async () => {
  await running.database.query(`insert into productions (id, name) values ('slips', 'Slips')`)
  ana = await openWindow(running.browser, running.stage.url, 'Ana')
})

beforeEach(async () => {
  await running.database.query(`delete from cameras where production_id = 'slips'`)
  await running.database.query(
    `insert into cameras (id, production_id, name, sort_order)
     select 'slip-' || n, 'slips', 'C' || n, n from generate_series(1, 4) n`,
  )
  await ana.goto(`${running.stage.url}/productions/slips`)
  await field(ana, 'Name of C4').waitFor()
})

test.each([0, 200])('K1: what was typed %i ms before the page is loaded again is saved', async (ms) => {
  const venue = field(ana, 'Venue')
  await untilSettled(ana)
  const text = `Hall ${ms}`
  await venue.fill('')
  await venue.press('Enter')
  await venue.fill(text)
  await ana.waitForTimeout(ms)

  await ana.reload()

  await until(async () => (await field(ana, 'Venue').inputValue()) === text)
  await until(async () => {
    const [row] = await running.database.query(`select venue from productions where id = 'slips'`)
    return row?.['venue'] === text
  })
})

test('a double click on the cross of a row deletes that row, and not the one that comes under the pointer', async () => {
  await ana.getByRole('button', { name: 'Delete C2', exact: true }).dblclick()
  await field(ana, 'Name of C2').waitFor({ state: 'detached' })
  await untilSettled(ana)

  expect(await names()).toBe('C1 C3 C4')
})

test('a number that is written with zeros before it is one’s own, and not marked as somebody else’s', async () => {
  const zoom = numberField(ana, 'Zoom of C1')
  const isMarked = () => zoom.evaluate((input) => input.closest('.field')?.classList.contains('is-changed'))
  await zoom.fill('007')

  await zoom.press('Tab')

  await until(async () => (await zoom.inputValue()) === '7')
  expect(await isMarked()).toBe(false)
})

test('K2: a name that is emptied or too long is refused at once, without a network too, and says what to do', async () => {
  await ana.context().setOffline(true)
  await ana.locator('.status[data-live="no"]').waitFor()
  const name = field(ana, 'Name of C1')
  await name.fill('')
  await name.press('Enter')
  await ana.getByText('Not saved. A name must not be empty. Write one.').waitFor()

  await name.fill('x'.repeat(20_000))
  await name.press('Enter')
  await ana.getByText('A name has at most 120 letters, and this has 20,000. Write less.').waitFor()
  await ana.getByRole('button', { name: 'Use the saved text' }).click()

  await until(async () => (await name.inputValue()) === 'C1')
  await ana.context().setOffline(false)
  await untilSettled(ana, BACK_WITHIN_MS)
})

test('lines that are pasted become a record each, and a name that is too long waits to be shortened', async () => {
  const add = ana.getByPlaceholder('Add a camera')
  await add.evaluate((input) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text', 'Cam A\nCam B\n\nCam C')
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  })
  await field(ana, 'Name of Cam C').waitFor()
  await untilSettled(ana)
  expect(await names()).toBe('C1 C2 C3 C4 Cam A Cam B Cam C')

  await add.fill('y'.repeat(121))
  await add.press('Enter')

  await ana.getByText('A name has at most 120 letters, and this has 121. Write less.').waitFor()
  expect(await add.inputValue()).toHaveLength(121)
})

test('what is half typed into a form is there again after a look at another part of the production', async () => {
  await ana.getByPlaceholder('Add a camera').fill('Crane, st')
  await openTab(ana, 'Inputs')

  await openTab(ana, 'Floor')

  expect(await ana.getByPlaceholder('Add a camera').inputValue()).toBe('Crane, st')
  await ana.getByPlaceholder('Add a camera').fill('')
})

test('a long word stays on the page of a phone, in the picture of the signal flow too', async () => {
  await running.database.query(`insert into cameras (id, production_id, name) values ('long', 'slips', $1)`, [
    LONG_WORD,
  ])
  await running.database.query(
    `insert into connections (production_id, from_id, to_id) values ('slips', 'slip-1', 'slip-2')`,
  )
  await ana.setViewportSize({ width: 375, height: 800 })

  await openTab(ana, 'Signal flow')
  await ana.getByText(LONG_WORD).first().waitFor()

  expect(await ana.evaluate(() => document.documentElement.scrollWidth)).toBe(375)
  await ana.setViewportSize({ width: 1280, height: 800 })
})

test('a device that somebody deletes while one connects it is no choice any more', async () => {
  await openTab(ana, 'Cabling')
  const connect = ana.getByRole('button', { name: 'Connect', exact: true })
  await chooseFrom(ana.getByLabel('Connect from', { exact: true }), 'C1')
  await chooseFrom(ana.getByLabel('Connect to', { exact: true }), 'C3')
  await until(() => connect.isEnabled())

  await running.database.query(`delete from cameras where id = 'slip-1'`)

  await until(() => connect.isDisabled())
  expect(await ana.getByLabel('Connect from', { exact: true }).inputValue()).toBe('')
})

test('who connects what is connected is told, and a cable that leads back to itself says so', async () => {
  await running.database.query(`delete from connections where production_id = 'slips'`)
  await running.database.query(
    `insert into connections (id, production_id, from_id, to_id) values ('slip', 'slips', 'slip-1', 'slip-2')`,
  )
  await openTab(ana, 'Cabling')
  await chooseFrom(ana.getByLabel('Connect from', { exact: true }), 'C1')
  await chooseFrom(ana.getByLabel('Connect to', { exact: true }), 'C2')
  await ana.getByText('One cable leads there already. Connect adds another.').waitFor()

  await chooseFrom(ana.getByLabel('To, C1 to C2', { exact: true }), 'C1')

  await section(ana, 'Connections').getByText('Leads back to itself').waitFor()
})

test('R4: the way back leads to where one was on the page', async () => {
  await ana.goto(`${running.stage.url}/productions/northern-sessions/cabling`)
  await section(ana, 'Connections').waitFor()
  await until(() => ana.evaluate(() => document.documentElement.scrollHeight > 3_000))
  await ana.evaluate(() => scrollTo(0, 2_000))
  await until(() => ana.evaluate(() => scrollY === 2_000))
  await ana.evaluate(() => document.querySelector<HTMLElement>('header a[href="/productions"]')?.click())
  await ana.getByRole('heading', { name: 'Productions', exact: true }).waitFor()

  await ana.goBack()

  await until(() => ana.evaluate(() => Math.abs(scrollY - 2_000) < 50))
})

test('a production that is deleted leaves no way back to it, and nothing in the console', async () => {
  const said: string[] = []
  ana.on('console', (message) => said.push(message.text()))
  await ana.getByRole('link', { name: 'Productions', exact: true }).click()
  await ana.getByPlaceholder('Begin a production').fill('Ended at once')
  await ana.keyboard.press('Enter')
  await ana.getByRole('button', { name: 'Delete this production', exact: true }).click()

  await ana.getByRole('button', { name: 'Delete it', exact: true }).click()
  await ana.getByRole('heading', { name: 'Productions', exact: true }).waitFor()
  await ana.goBack()

  await ana.getByRole('heading', { name: 'Productions', exact: true }).waitFor()
  expect(await ana.getByText('Not here').count()).toBe(0)
  expect(said.filter((text) => text.includes('Form submission'))).toEqual([])
})

async function names(): Promise<string> {
  const rows = await running.database.query<{ name: string }>(
    `select name from cameras where production_id = 'slips' order by sort_order`,
  )
  return rows.map(({ name }) => name).join(' ')
}

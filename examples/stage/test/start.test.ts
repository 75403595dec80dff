/** The date-time field of a production in a real Chromium: nothing is saved that nobody has written. */
import type { Locator, Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { BACK_WITHIN_MS, openWindow } from './support/browser.ts'
import { until, untilSettled } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

let ana: Page
let starts: Locator

beforeAll(async () => {
  await running.database.query(`insert into productions (id, name) values ('dated', 'Dated')`)
  ana = await openWindow(running.browser, running.stage.url, 'Ana', { timezoneId: 'UTC', locale: 'en-US' })
  await ana.goto(`${running.stage.url}/productions/dated/settings`)
  starts = ana.getByLabel('Starts', { exact: true })
})

beforeEach(async () => {
  await running.database.query(`update productions set starts_at = '2027-02-06T19:30Z' where id = 'dated'`)
  await untilShown('2027-02-06T19:30')
})

test('a date of which a part is erased is not saved, and the field says what is missing', async () => {
  await starts.focus()
  await ana.keyboard.press('Backspace')
  await leave()

  await ana.getByText('A part of the date or the time is missing').waitFor()
  await untilSettled(ana)
  expect(await storedStart()).toBe('2027-02-06 19:30')
  await ana.getByRole('button', { name: 'Use the saved date' }).click()
  await untilShown('2027-02-06T19:30')
  expect(await ana.getByText('A part of the date').count()).toBe(0)
})

test('Escape puts an erased part back; an unfinished date in an empty field is not kept by anybody', async () => {
  await starts.focus()
  await ana.keyboard.press('Backspace')
  await ana.keyboard.press('Escape')
  await untilShown('2027-02-06T19:30')

  await starts.fill('')
  await leave()
  await until(async () => (await storedStart()) === null)
  await starts.focus()
  await ana.keyboard.press('1')
  await leave()
  await ana.getByText('A part of the date or the time is missing').waitFor()
  await ana.getByRole('button', { name: 'Use the saved date' }).click()

  await until(() => starts.evaluate((input: HTMLInputElement) => !input.validity.badInput))
})

test('what is being chosen stays when an earlier choice is confirmed', async () => {
  await ana.context().setOffline(true)
  await ana.locator('.status[data-live="no"]').waitFor()
  await starts.fill('2027-03-06T19:30')
  await ana.keyboard.press('Enter')
  await ana.getByText('1 change not sent').waitFor()

  await starts.fill('2027-04-06T19:30')
  await ana.context().setOffline(false)
  await untilSettled(ana, BACK_WITHIN_MS)
  await until(async () => (await storedStart()) === '2027-03-06 19:30')

  expect(await starts.inputValue()).toBe('2027-04-06T19:30')
  await leave()
  await until(async () => (await storedStart()) === '2027-04-06 19:30')
})

test.each(['0202', '12027'])(
  'the year %s is never saved, and nothing goes wrong on the page',
  async (year) => {
    const errors: string[] = []
    ana.on('pageerror', ({ message }) => errors.push(message))

    await starts.focus()
    await ana.keyboard.press('ArrowRight')
    await ana.keyboard.press('ArrowRight')
    await ana.keyboard.type(year)
    await leave()
    await untilSettled(ana)

    // A browser that takes no more than four digits has made another year of the five.
    const stored = await storedStart()
    if (year === '0202') {
      await ana.getByText('A year lies between 1970 and 2999, and 202 does not.').waitFor()
      expect(stored).toBe('2027-02-06 19:30')
      await ana.getByRole('button', { name: 'Use the saved date' }).click()
    }
    expect(stored?.replace(/^\d{4}/, 'year')).toBe('year-02-06 19:30')
    expect(errors).toEqual([])
  },
)

/** Another field is focused, as somebody does who is done. */
async function leave(): Promise<void> {
  await ana.getByLabel('Client', { exact: true }).focus()
}

function untilShown(value: string): Promise<void> {
  return until(async () => (await starts.inputValue()) === value)
}

async function storedStart(): Promise<string | null> {
  const [row] = await running.database.query<{ at: string | null }>(
    `select to_char(starts_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as at from productions where id = 'dated'`,
  )
  return row?.at ?? null
}

/** Numbers that people write: what each field takes, and what is said of the rest, in a real Chromium. */
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { ranges } from '../schema/ranges.ts'
import { kinds } from '../src/entities/kinds.ts'
import { library } from '../src/entities/library.ts'
import { BACK_WITHIN_MS, openProduction, openTab, openWindow } from './support/browser.ts'
import { numberField, until } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

let ben: Page

beforeAll(async () => {
  ben = await openWindow(running.browser, running.stage.url, 'Ben')
  await openProduction(ben, 'Northern Sessions Awards')
})

test('every number on the page has a range', () => {
  const numbers = [...kinds, library].flatMap(({ model, columns }) =>
    columns
      .flatMap(({ cells }) => cells)
      .flatMap((cell) =>
        cell.type === 'number' || cell.type === 'counter' ? [`${model}.${cell.field}`] : [],
      ),
  )

  const known = Object.entries(ranges).flatMap(([model, fields]) =>
    Object.keys(fields).map((name) => `${model}.${name}`),
  )

  expect(known.sort()).toEqual(numbers.sort())
})

test.each(['-5', '1e3', '201', '4.5', 'wide', ''])(
  'W3: a zoom of “%s” is refused in the words of a crew, and stays to be corrected',
  async (text) => {
    const zoom = numberField(ben, 'Zoom of Camera 2')
    await zoom.fill(text)
    await zoom.press('Enter')

    const said = await ben.getByRole('alert').filter({ hasText: 'Not saved' }).textContent()
    expect(said).toContain('Zoom is a whole number from 1 to 200')
    expect(said).not.toContain('`')
    expect(await zoom.inputValue()).toBe(text)
    expect(await zoomOf(2)).toBe(30)
    await ben.getByRole('button', { name: 'Use the saved text' }).click()
  },
)

test('a number is stepped within its range, and told as one', async () => {
  const zoom = numberField(ben, 'Zoom of Camera 12')
  await zoom.focus()

  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp']) await ben.keyboard.press(key)
  await until(async () => (await zoomOf(12)) === 2)

  expect(await zoom.evaluate(({ inputMode }: HTMLInputElement) => inputMode)).toBe('numeric')
  for (const [name, value] of [
    ['min', '1'],
    ['max', '200'],
    ['now', '2'],
  ])
    expect(await zoom.getAttribute(`aria-value${name}`)).toBe(value)
})

test('a number that is not counted steps too', async () => {
  await openTab(ben, 'Cabling')
  const length = numberField(ben, 'Length in metres of Circle fibre')
  const before = Number(await length.inputValue())

  await length.focus()
  await ben.keyboard.press('ArrowUp')

  await until(async () => {
    const [row] = await running.database.query<{ length_m: number }>(
      `select length_m from cable_snakes where name = 'Circle fibre' and production_id = 'northern-sessions'`,
    )
    return row?.length_m === before + 5
  })
  await openTab(ben, 'Floor')
})

test('W3: steps of several people that lead out of the range are refused in words, and nothing else is', async () => {
  await running.database.query(`update cameras set zoom = 199 where id = 'northern-sessions-camera-3'`)
  const zoom = numberField(ben, 'Zoom of Camera 3')
  await until(async () => (await zoom.inputValue()) === '199')
  await running.stage.kill()
  await zoom.focus()
  await ben.keyboard.press('ArrowUp')
  await ben.getByText('1 change not sent').waitFor()
  await running.database.query(`update cameras set zoom = 200 where id = 'northern-sessions-camera-3'`)

  await running.stage.start()

  await ben
    .getByRole('alert')
    .getByText('Not saved. It is a whole number from 1 to 200.')
    .waitFor({ timeout: BACK_WITHIN_MS })
  expect(await zoomOf(3)).toBe(200)
})

async function zoomOf(camera: number): Promise<number | undefined> {
  const [row] = await running.database.query<{ zoom: number }>('select zoom from cameras where id = $1', [
    `northern-sessions-camera-${camera}`,
  ])
  return row?.zoom
}

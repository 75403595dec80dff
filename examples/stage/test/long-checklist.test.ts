/** A checklist of thousands of tasks: what is far from the window is not on the page, and still within reach. */
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { longestTask, referenceTask } from '../../../test/setup/longest-task.ts'
import { openProduction, openTab, openWindow } from './support/browser.ts'
import { field, until, untilFocused, untilSettled, untilValue } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const MANY = 2_000
// 2: a page that was just opened runs code that nothing has made fast yet. Without blocks it is 9.
const BOUND = 2
const PRODUCTION = 'Northern Sessions Awards'

const running = runStage()
let page: Page

beforeAll(async () => {
  await running.database.query(`delete from checklist_items where production_id = 'northern-sessions'`)
  // Most of them in one phase, and the others in forty.
  await running.database.query(
    `insert into checklist_items (id, production_id, phase, name, position)
     select 'many-' || n, 'northern-sessions', case when n <= 1200 then 'Load-in' else 'Part ' || n / 20 end, 'Task ' || n, n * 10
     from generate_series(1, $1::int) n`,
    [MANY],
  )
  page = await openWindow(running.browser, running.stage.url, 'Ben')
})

const tasks = () => page.locator('#checklist [data-index]').count()
/** Scrolls the list, which is a column of its own, to so much of its height. */
const scrollTo = (part: number) =>
  page.locator('#checklist').evaluate((list, to) => list.scrollTo(0, list.scrollHeight * to), part)
const scrolled = () => page.locator('#checklist').evaluate((list) => list.scrollTop)
const checkbox = (name: string) => page.getByRole('checkbox', { name: `Done: ${name}`, exact: true })
const shows = (name: string) => field(page, `Name of task ${name}`).waitFor()
const stored = async (id: string) =>
  (
    await running.database.query(
      `select name, note, completed, position from checklist_items where id = $1`,
      [id],
    )
  )[0]

test('a production of thousands of tasks is opened, scrolled, written in and ticked off without a long task', async () => {
  const { browser } = running
  const reference = await referenceTask(browser, page)
  const longest: Record<string, number> = {}
  const during = async (what: string, work: () => Promise<unknown>) => {
    longest[what] = (await longestTask(browser, page, work)) / reference
  }

  await during('open', async () => {
    await openProduction(page, PRODUCTION)
    await shows('Task 1')
    await untilSettled(page)
  })
  await during('open again', async () => {
    await openTab(page, 'Inputs')
    await openTab(page, 'Floor')
    await shows('Task 1')
  })
  await during('type', async () => {
    await field(page, 'Note of task Task 3').pressSequentially('by the dock')
    await until(
      async () =>
        (await running.database.query(`select from checklist_items where note = 'by the dock'`)).length === 1,
    )
  })
  await during('tick', async () => {
    await checkbox('Task 2').click()
    await until(async () => (await stored('many-2'))?.['completed'] === true)
  })
  await during('scroll', async () => {
    for (let step = 1; step <= 40; step++) {
      await scrollTo(step / 40)
      await page.waitForTimeout(20)
    }
    await shows(`Task ${MANY}`)
  })
  console.log(`longest tasks, as shares of ${Math.round(reference)} ms:`, longest)
  for (const share of Object.values(longest)) expect(share).toBeLessThan(BOUND)
  expect(await tasks()).toBeLessThan(400)
})

test('readers of the screen hear of all tasks, and tasks that are not on the page are found', async () => {
  const row = (id: string) => page.locator(`[id="${id}"]`)

  await page.getByRole('combobox', { name: 'Search' }).fill('Task 777')
  await page.keyboard.press('Enter')

  await untilFocused(page, 'Name of task Task 777')
  expect(await row('many-777').getAttribute('aria-setsize')).toBe('1200')
  expect(await row('many-777').getAttribute('aria-posinset')).toBe('777')
  expect(await page.locator('#checklist').getByRole('list').count()).toBe(42)
})

test('R4: the task that somebody writes in stays, however far the page is scrolled', async () => {
  const note = field(page, 'Note of task Task 777')
  await note.fill('half')

  await scrollTo(1)
  await shows(`Task ${MANY}`)
  await page.keyboard.type(' and whole')

  await untilValue(page, 'Note of task Task 777', 'half and whole')
  await until(async () => (await stored('many-777'))?.['note'] === 'half and whole')
})

test('a task is moved with the keyboard from one block into the next, and keeps the focus', async () => {
  await page.goto(`${running.stage.url}/productions/northern-sessions#many-60`)
  await untilFocused(page, 'Name of task Task 60')

  await page.keyboard.press('Alt+ArrowDown')

  await page.getByText('Task 60 is now 61 of 1200.').waitFor()
  await untilFocused(page, 'Name of task Task 60')
  expect(await page.locator('[id="many-60"]').getAttribute('aria-posinset')).toBe('61')
  await until(async () => Number((await stored('many-60'))?.['position']) > 610)
})

test('a task is dragged past the end of the window, and stands where the line was', async () => {
  await page.goto(`${running.stage.url}/productions/northern-sessions#many-300`)
  await untilFocused(page, 'Name of task Task 300')
  await page.getByRole('button', { name: 'Move task Task 300', exact: true }).hover()
  await page.mouse.down()
  const before = await scrolled()
  // Closer to the edge than 64 px, where the list scrolls with each move of the pointer.
  for (let step = 0; step < 200; step++) await page.mouse.move(700 + (step % 2), 770)
  expect(await scrolled()).toBeGreaterThan(before + 2_000)

  await page.mouse.move(700, 400)
  await page.mouse.up()

  await until(async () => Number((await stored('many-300'))?.['position']) > 3_200)
  expect(await tasks()).toBeLessThan(400)
})

test('all of it is printed, and the page is as short as before after that', async () => {
  const printed = await page.evaluate(() => {
    dispatchEvent(new Event('beforeprint'))
    return document.querySelectorAll('#checklist [data-index]').length
  })
  await page.evaluate(() => void dispatchEvent(new Event('afterprint')))

  expect(printed).toBe(MANY)
  await until(async () => (await tasks()) < 400)
})

/** The checklist in a real Chromium: what an empty one offers, and how large its boxes are. */
import { beforeAll, expect, test } from 'vitest'
import { openProduction, openWindow } from './support/browser.ts'
import { field, section, until } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

beforeAll(async () => {
  await running.database.query(`insert into productions (id, name) values ('bare', 'Bare stage')`)
})

test('an empty one has no phase that nobody began; one that is begun waits for its first task', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ana')
  await openProduction(page, 'Bare stage')
  const list = section(page, 'Checklist')
  await list.getByText('Tasks stand under the phases of the day').waitFor()
  expect(await list.getByRole('heading', { level: 3 }).count()).toBe(0)

  await list.getByPlaceholder('Begin a phase').fill('Load-in')
  await page.keyboard.press('Enter')
  // The focus goes on to the new phase when that is shown.
  await page.waitForFunction(
    "document.activeElement !== document.body && document.activeElement.placeholder !== 'Begin a phase'",
  )
  await page.keyboard.type('Doors open for the truck')
  await page.keyboard.press('Enter')

  await field(list, 'Name of task Doors open for the truck').waitFor()
  expect(await list.getByRole('heading', { level: 3 }).allTextContents()).toEqual(['Load-in 0 of 1'])
  await list.getByText('Tasks stand under').waitFor({ state: 'detached' })
  await page.context().close()
})

test('a task that is moved up and up inside its phase stays in it, and the phases stay where they are', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ana')
  await openProduction(page, 'Northern Sessions Awards')
  const list = section(page, 'Checklist')
  const headings = () => list.getByRole('heading', { level: 3 }).allTextContents()
  const rig = list.locator('[data-phase="Rig"]')
  const names = () => rig.getByRole('textbox', { name: /^Name of task/ }).evaluateAll(valuesOf)
  const before = await headings()
  const [first = '', second = '', third = ''] = await names()

  for (let times = 0; times < 10; times++) {
    const [top = '', next = ''] = await names()
    await field(list, `Name of task ${next}`).focus()
    await page.keyboard.press('Alt+ArrowUp')
    await until(async () => (await names())[1] === top)
  }

  expect((await names()).slice(0, 3)).toEqual([first, second, third])
  expect(await headings()).toEqual(before)
  await page.context().close()
})

test('of phases that were begun one after the other the first stays first when its first task goes', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ana')
  await openProduction(page, 'Bare stage')
  const list = section(page, 'Checklist')
  const headings = () => list.getByRole('heading', { level: 3 }).allTextContents()
  const write = async (placeholder: string, text: string) => {
    await list.getByPlaceholder(placeholder, { exact: true }).fill(text)
    await page.keyboard.press('Enter')
  }
  for (const phase of ['Rehearsal', 'Doors']) {
    await write('Begin a phase', phase)
    await write(`Add to ${phase}`, `${phase}, one`)
    await field(list, `Name of task ${phase}, one`).waitFor()
  }
  await write('Add to Rehearsal', 'Rehearsal, two')
  await field(list, 'Name of task Rehearsal, two').waitFor()
  await list.getByRole('button', { name: 'Delete task Rehearsal, one', exact: true }).click()
  await field(list, 'Name of task Rehearsal, one').waitFor({ state: 'detached' })

  expect((await headings()).slice(-2)).toEqual(['Rehearsal 0 of 1', 'Doors 0 of 1'])
  await page.context().close()
})

test.each([
  ['a pointer', {}, 24],
  ['a finger', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, 44],
])('a box is large enough for %s', async (_name, options, least) => {
  const page = await openWindow(running.browser, running.stage.url, 'Ben', options)
  await openProduction(page, 'Northern Sessions Awards')
  const boxes = page.getByRole('checkbox')
  await boxes.first().waitFor()

  const sizes = await boxes.evaluateAll((all) =>
    all.map((box) => box.getBoundingClientRect()).map(({ width, height }) => Math.min(width, height)),
  )

  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(least)
  await page.context().close()
})

/** What fields hold. */
function valuesOf(fields: (HTMLElement | SVGElement)[]): string[] {
  return fields.map((input) => (input as HTMLTextAreaElement).value)
}

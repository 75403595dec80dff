/** Where the focus is after what had it has gone: a keyboard goes on from there, never from the top of the page. */
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { openProduction, openTab, openWindow, userButton } from './support/browser.ts'
import { chooseFrom, field, focusedName, found, until, untilFocused } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

const SHARED = 'Northern Sessions Awards'

let ana: Page

beforeAll(async () => {
  ana = await openWindow(running.browser, running.stage.url, 'Ana')
  await openProduction(ana, SHARED)
})

test('a deletion that is taken back gives the focus to what came back', async () => {
  await press(ana, 'Delete Camera 5')
  await untilFocused(ana, 'Delete Camera 6')

  await press(ana, 'Undo')

  await untilFocused(ana, 'Delete Camera 5')
})

test('a notice that is dismissed gives the focus to the one beside it, and the last one to where it was before', async () => {
  await press(ana, 'Delete Camera 5')
  await press(ana, 'Delete Camera 6')
  await untilFocused(ana, 'Delete Camera 7')
  await ana.getByRole('button', { name: 'Dismiss' }).first().focus()

  await ana.keyboard.press('Enter')
  await untilFocused(ana, 'Dismiss')
  await ana.keyboard.press('Enter')

  await untilFocused(ana, 'Delete Camera 7')
})

test('the last row of a list gives the focus to where rows are added', async () => {
  await begin(ana, 'Rows that go')
  await openTab(ana, 'Floor')
  await ana.getByPlaceholder('Add a camera').fill('Only one')
  await ana.keyboard.press('Enter')
  await untilFocused(ana, 'Add a camera')
  await ana.getByPlaceholder('Begin a phase').fill('Load-in')
  await ana.keyboard.press('Enter')
  await untilFocused(ana, 'Add to Load-in')
  await ana.keyboard.type('Sweep the floor')
  await ana.keyboard.press('Enter')
  await field(ana, 'Name of task Sweep the floor').waitFor()

  await press(ana, 'Delete Only one')
  await untilFocused(ana, 'Add a camera')
  await press(ana, 'Delete task Sweep the floor')

  // The task was the last of its phase.
  await untilFocused(ana, 'Begin a phase')
})

test('Ctrl+Z takes the deletion of the last row back from the empty field that the focus went to', async () => {
  await openTab(ana, 'Floor')
  await ana.getByPlaceholder('Add a camera').fill('The only one')
  await ana.keyboard.press('Enter')
  await press(ana, 'Delete The only one')
  await untilFocused(ana, 'Add a camera')

  await ana.keyboard.press('ControlOrMeta+z')

  await field(ana, 'Name of The only one').waitFor()
})

test('in a field in which something was written Ctrl+Z is the field’s own', async () => {
  await press(ana, 'Delete The only one')
  await untilFocused(ana, 'Add a camera')
  await ana.keyboard.type('Next')
  await ana.keyboard.press('ControlOrMeta+a')
  await ana.keyboard.press('Delete')

  await ana.keyboard.press('ControlOrMeta+z')

  await until(async () => (await ana.getByPlaceholder('Add a camera').inputValue()) !== '')
  expect(await field(ana, 'Name of The only one').count()).toBe(0)
  await ana.getByPlaceholder('Add a camera').fill('')
})

test('a connection that was made leaves the focus on its end, and one that goes on the form below', async () => {
  await openTab(ana, 'Cabling')
  await ana.getByText('Devices come first').waitFor()
  await openTab(ana, 'Inputs')
  for (const source of ['Clock', 'Titles']) {
    await ana.getByPlaceholder('Add a source').fill(source)
    await ana.keyboard.press('Enter')
    await field(ana, `Name of ${source}`).waitFor()
  }
  await openTab(ana, 'Cabling')
  await chooseFrom(ana.getByLabel('Connect from', { exact: true }), 'Clock')
  await chooseFrom(ana.getByLabel('Connect to', { exact: true }), 'Titles')

  await press(ana, 'Connect')
  await untilFocused(ana, 'Connect to')
  await press(ana, 'Delete Clock to Titles')

  await untilFocused(ana, 'Connect from')
})

test('who is added to the crew and taken off it leaves the focus in the list', async () => {
  await openTab(ana, 'Settings')

  await press(ana, 'Add Ben Okafor')
  await untilFocused(ana, 'Add Cleo Marchetti')
  await ana.keyboard.press('Enter')
  await untilFocused(ana, 'Role of Cleo Marchetti')
  await press(ana, 'Take Ben Okafor off the crew')
  await untilFocused(ana, 'Take Cleo Marchetti off the crew')
  await ana.keyboard.press('Enter')

  await until(async () => (await focusedName(ana)).startsWith('Add '))
})

test('a task that is moved into another phase keeps the focus in the field in which it was', async () => {
  await ana.goto(`${running.stage.url}/productions/northern-sessions`)
  const task = 'Clearances for all nominee clips'
  await field(ana, `Note of task ${task}`).focus()

  await ana.keyboard.press('Alt+ArrowDown')

  await until(async () => (await phaseOf(ana, task)) === 'Rig')
  await untilFocused(ana, `Note of task ${task}`)
})

test('a refused text that is saved at last leaves the focus in its field', async () => {
  const note = field(ana, 'Note of Camera 7')
  await running.database.query(
    `alter table cameras add constraint no_shouting check (note <> upper(note) or note = '')`,
  )
  await note.fill('WRITTEN LOUDLY')
  await note.press('Enter')
  await ana.getByRole('button', { name: 'Try again' }).waitFor()
  await running.database.query(`alter table cameras drop constraint no_shouting`)

  await press(ana, 'Try again')

  await ana.getByRole('button', { name: 'Try again' }).waitFor({ state: 'detached' })
  await untilFocused(ana, 'Note of Camera 7')
})

test('a dialog that is closed gives the focus back; a production that is deleted, to the list', async () => {
  await press(ana, 'Keyboard')
  await ana.keyboard.press('Escape')
  await untilFocused(ana, 'Keyboard')
  await begin(ana, 'Ended at once')
  await untilFocused(ana, 'Ended at once')

  await press(ana, 'Delete this production')
  await press(ana, 'Keep it')
  await untilFocused(ana, 'Delete this production')
  await press(ana, 'Delete this production')
  await press(ana, 'Delete it')

  await untilFocused(ana, 'Productions')
})

test('a search that leads to where one is gives the focus to the page, or to the record again', async () => {
  await ana.goto(`${running.stage.url}/productions/northern-sessions`)
  await search(ana, 'Northern Sessions Awards')
  await untilFocused(ana, SHARED)

  await search(ana, 'Lectern, head and shoulders')
  await untilFocused(ana, 'Name of Camera 1')
  await search(ana, 'Lectern, head and shoulders')

  await untilFocused(ana, 'Name of Camera 1')
})

test('who signs in begins at the heading of the list, and who signs out at that of the first page', async () => {
  await press(ana, 'Sign out')
  await untilFocused(ana, 'Stage')

  await userButton(ana, 'Ben').focus()
  await ana.keyboard.press('Enter')

  await untilFocused(ana, 'Productions')
})

test('who comes with the keyboard passes by the cameras: a link leads to the checklist, in a wide window too', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ben')
  await openProduction(page, SHARED)
  await page
    .getByRole('navigation', { name: 'Parts of the production' })
    .getByRole('link', { name: 'Settings' })
    .focus()

  await page.keyboard.press('Tab')
  await untilFocused(page, 'Cameras')
  await page.keyboard.press('Tab')
  await untilFocused(page, 'Checklist')
  const box = await page.getByRole('link', { name: 'Checklist' }).boundingBox()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')

  expect(box?.height).toBeGreaterThan(20)
  await expect.poll(() => focusedName(page)).toMatch(/^Done: /)
  await page.context().close()
})

/** Presses a button with the keyboard. */
async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).focus()
  await page.keyboard.press('Enter')
}

async function begin(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'Productions', exact: true }).click()
  await page.getByPlaceholder('Begin a production').fill(name)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Delete this production', exact: true }).waitFor()
}

async function search(page: Page, text: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Search' }).fill(text)
  await found(page).first().waitFor()
  await page.keyboard.press('Enter')
}

function phaseOf(page: Page, task: string): Promise<string | undefined> {
  return field(page, `Name of task ${task}`).evaluate(
    (input) =>
      input.closest<HTMLElement>('.phase')?.querySelector('h3')?.firstChild?.textContent ?? undefined,
  )
}

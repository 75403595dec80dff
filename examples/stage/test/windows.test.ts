/** Two windows of a real Chromium as two users, and another program that writes to the same PostgreSQL. */
import type { Browser, Page } from 'playwright-core'
import { createTestDatabase, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openBrowser, openProduction, openWindow, SEEN_WITHIN_MS, userButton } from './support/browser.ts'
import { field, numberField, until, untilValue } from './support/page-parts.ts'
import { type StageProcess, startStage } from './support/stage-process.ts'

const SHARED = 'Northern Sessions Awards'
const timeout = SEEN_WITHIN_MS

let database: TestDatabase
let stage: StageProcess
let browser: Browser
let ben: Page
let cleo: Page

beforeAll(async () => {
  database = await createTestDatabase(Object.values(inject('servers')).at(0) as string)
  ;[stage, browser] = await Promise.all([startStage(database.url), openBrowser()])
  ;[ben, cleo] = await Promise.all([
    openWindow(browser, stage.url, 'Ben'),
    openWindow(browser, stage.url, 'Cleo'),
  ])
  await Promise.all([openProduction(ben, SHARED), openProduction(cleo, SHARED)])
})

afterAll(async () => {
  await browser?.close()
  await stage?.remove()
  await database?.drop()
})

test('C1: what one window writes stands in the other within a second, and in the database', async () => {
  await field(ben, 'Name of Camera 1').fill('Camera 1, lectern')
  await field(ben, 'Name of Camera 1, lectern').press('Enter')

  await field(cleo, 'Name of Camera 1, lectern').waitFor({ timeout })
  await expectSaved(`select name from cameras where id = 'northern-sessions-camera-1'`, 'Camera 1, lectern')
})

test('C1: a task ticked off by one is ticked off for the other', async () => {
  const box = { name: 'Done: Clearances for all nominee clips', exact: true }

  await cleo.getByRole('checkbox', box).check()

  await until(async () => ben.getByRole('checkbox', box).isChecked())
})

test('C1: added and deleted records come and go in the other window', async () => {
  await ben.getByPlaceholder('Add a camera').fill('Camera 13')
  await ben.keyboard.press('Enter')
  await field(cleo, 'Name of Camera 13').waitFor({ timeout })

  await cleo.getByRole('button', { name: 'Delete Camera 13', exact: true }).click()

  await field(ben, 'Name of Camera 13').waitFor({ state: 'detached', timeout })
})

test('L1: rows that another program inserts, updates and deletes appear in both windows', async () => {
  await database.query(
    `insert into cameras (id, production_id, name) values ('psql', 'northern-sessions', 'Camera 20')`,
  )
  await Promise.all([ben, cleo].map((page) => field(page, 'Name of Camera 20').waitFor({ timeout })))

  await database.query(`update cameras set note = 'From psql' where id = 'psql'`)
  await Promise.all([ben, cleo].map((page) => untilValue(page, 'Note of Camera 20', 'From psql')))

  await database.query(`delete from cameras where id = 'psql'`)
  await Promise.all(
    [ben, cleo].map((page) => field(page, 'Name of Camera 20').waitFor({ state: 'detached', timeout })),
  )
})

test('R4: a field that somebody is in shows what others write, and leaves the cursor where it is', async () => {
  const note = field(ben, 'Note of Camera 2')
  await note.focus()
  await note.evaluate((input: HTMLTextAreaElement) => input.setSelectionRange(8, 8))

  await database.query(
    `update cameras set note = 'A two-shot of presenters' where id = 'northern-sessions-camera-2'`,
  )
  await untilValue(ben, 'Note of Camera 2', 'A two-shot of presenters')
  await ben.keyboard.type(' tight')

  expect(await note.inputValue()).toBe('A two-shot tight of presenters')
  await expectSaved(
    `select note from cameras where id = 'northern-sessions-camera-2'`,
    'A two-shot tight of presenters',
  )
})

test('R4: a text that is being written keeps its place; theirs is shown when it is given up', async () => {
  const name = ben.locator('#northern-sessions-camera-2 textarea').first()
  await name.fill('')
  await database.query(`update cameras set name = 'Theirs' where id = 'northern-sessions-camera-2'`)
  await field(cleo, 'Name of Theirs').waitFor({ timeout })
  await ben.locator('#northern-sessions-camera-2').getByText('Database, now').waitFor({ timeout })

  expect(await name.inputValue()).toBe('')
  await name.press('Escape')

  await until(async () => (await name.inputValue()) === 'Theirs')
})

test('R4: a row that arrives or moves takes the focus from nobody', async () => {
  const note = field(ben, 'Note of Camera 5')
  await note.focus()
  await note.pressSequentially('!')

  await database.query(
    `update cameras set sort_order = sort_order - 100 where id = 'northern-sessions-camera-9'`,
  )
  await until(async () => (await firstCamera(ben)) === 'Camera 9')

  // Goes to whatever has the focus.
  await ben.keyboard.type('?')
  expect(await note.inputValue()).toMatch(/!\?$/)
})

test('W3: a refused write says why, keeps what was written, and can be given up', async () => {
  await field(ben, 'Name of Camera 3').fill('')
  await field(ben, 'Name of Camera 3').press('Enter')

  const note = ben.getByRole('alert').filter({ hasText: 'Not saved' })
  await note.waitFor({ timeout })
  expect(await field(ben, 'Name of Camera 3').inputValue()).toBe('')
  expect(await field(ben, 'Name of Camera 3').getAttribute('aria-invalid')).toBe('true')

  await note.getByRole('button', { name: 'Use the saved text' }).click()

  await untilValue(ben, 'Name of Camera 3', 'Camera 3')
  await note.waitFor({ state: 'hidden' })
})

test('A4, W3: who was made a viewer while writing is told so, and everything stands as it was', async () => {
  await ben.context().setOffline(true)
  await field(ben, 'Note of Camera 7').fill('Not mine to write')
  await field(ben, 'Note of Camera 7').press('Enter')
  await ben.getByRole('checkbox', { name: 'Done: Fibre through the organ loft hatch', exact: true }).click()
  await ben.getByRole('button', { name: 'Delete Camera 8', exact: true }).click()

  await database.query(`update production_members set role = 'viewer' where user_id = 'ben'`)
  await ben.context().setOffline(false)

  await ben.getByText('“Camera 8” was not deleted. You may read this, but').waitFor({ timeout })
  await ben.getByText('could not be ticked off. You may read this, but').waitFor({ timeout })
  await ben.locator('.notice .kept', { hasText: 'Not mine to write' }).waitFor({ timeout })
  await ben.locator('#cameras').getByText('Camera 8', { exact: true }).waitFor({ timeout })
  expect(await field(cleo, 'Note of Camera 7').inputValue()).toBe('House band')
  await database.query(`update production_members set role = 'crew' where user_id = 'ben'`)
  await untilValue(ben, 'Note of Camera 7', 'House band')
})

test('a first visit leaves no fault in the console, and offers light or dark and the other examples', async () => {
  const said: string[] = []
  const page = await browser.newPage()
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`))

  await page.goto(`${stage.url}/productions`)
  await userButton(page, 'Ana').waitFor({ timeout })
  await page.getByLabel('Appearance').selectOption('Dark')

  expect(await page.getByRole('link', { name: 'All examples' }).getAttribute('href')).toBe('/')
  expect(await page.getByRole('button', { name: 'Keyboard' }).count()).toBe(0)
  expect(said).toEqual([])
  await page.close()
})

test('W2: two who step the zoom at the same time are both counted', async () => {
  await Promise.all([stepUp(ben, 'Zoom of Camera 4', 3), stepUp(cleo, 'Zoom of Camera 4', 4)])

  await expectSaved(`select zoom::text as zoom from cameras where id = 'northern-sessions-camera-4'`, '27')
})

test('A1: a stranger sees the productions of their own crew only, also by address', async () => {
  const names = await cleo.evaluate(async () => {
    const { data } = (await (await fetch('/api/productions')).json()) as { data: { name: string }[] }
    return data.map(({ name }) => name).sort()
  })

  await cleo.goto(`${stage.url}/productions/annual-meeting`)

  await cleo.getByRole('heading', { name: 'Not here' }).waitFor()
  await cleo.getByText('or you are not on its crew').waitFor()
  expect(names).toEqual([SHARED, 'Velodrome Finals Night'])
  expect(await cleo.content()).not.toContain('Helvion')
  await cleo.goto(`${stage.url}/productions/northern-sessions`)
})

test('A2: who is taken off the crew sees the production go within a second, and come back when put on it again', async () => {
  await field(cleo, 'Name of the production').waitFor()

  await database.query(
    `delete from production_members where production_id = 'northern-sessions' and user_id = 'cleo'`,
  )

  await cleo.getByRole('heading', { name: 'Not here' }).waitFor({ timeout })
  expect(await cleo.content()).not.toContain('Fiona Baird')

  await database.query(
    `insert into production_members (production_id, user_id) values ('northern-sessions', 'cleo')`,
  )
  await field(cleo, 'Name of the production').waitFor({ timeout })
})

test('A2: a right that was taken and given back before the list of productions noticed is there again', async () => {
  const page = await openWindow(browser, stage.url, 'Cleo')
  await page.routeWebSocket(/\/sync$/, (socket) => {
    const server = socket.connectToServer()
    server.onMessage((message) => {
      if (!String(message).startsWith('{"type":"changes","channel":"Production:mine"')) socket.send(message)
    })
  })
  await page.reload()
  await openProduction(page, SHARED)

  await database.query(
    `delete from production_members where production_id = 'northern-sessions' and user_id = 'cleo'`,
  )
  await page.getByRole('heading', { name: 'Not here' }).waitFor({ timeout })
  await page.getByText('asks again by itself').waitFor({ timeout })
  await database.query(
    `insert into production_members (production_id, user_id) values ('northern-sessions', 'cleo')`,
  )

  await field(page, 'Name of the production').waitFor({ timeout })
  await page.context().close()
})

test('A2: who is no administrator any more loses what only administrators see, within a second', async () => {
  const ana = await openWindow(browser, stage.url, 'Ana')
  await openProduction(ana, 'Helvion Annual General Meeting')

  await database.query(`update users set is_admin = false where id = 'ana'`)

  await ana.getByRole('heading', { name: 'Not here' }).waitFor({ timeout })
  expect(await ana.content()).not.toContain('Luca Frei')
  await database.query(`update users set is_admin = true where id = 'ana'`)
  await ana.context().close()
})

test('A2: a session that is ended in one tab is over in the other', async () => {
  const other = await cleo.context().newPage()
  await other.goto(`${stage.url}/productions`)

  await other.getByRole('button', { name: 'Sign out' }).click()

  await userButton(cleo, 'Ana').waitFor({ timeout })
  expect(await cleo.content()).not.toContain('Fiona Baird')
})

test('everything on a production can be done with the keyboard', async () => {
  await ben.goto(`${stage.url}/productions`)
  await ben.getByRole('link', { name: SHARED }).focus()
  await ben.keyboard.press('Enter')
  await field(ben, 'Name of the production').waitFor()
  await tabTo(ben, 'Note of Camera 5')

  await ben.keyboard.press('ControlOrMeta+a')
  await ben.keyboard.type('Typed without a mouse')
  await ben.keyboard.press('Tab')

  await expectSaved(
    `select note from cameras where id = 'northern-sessions-camera-5'`,
    'Typed without a mouse',
  )
})

async function firstCamera(page: Page): Promise<string> {
  return page
    .getByRole('textbox', { name: /^Name of Camera/ })
    .first()
    .inputValue()
}

async function stepUp(page: Page, name: string, times: number): Promise<void> {
  await numberField(page, name).focus()
  for (let step = 0; step < times; step++) await page.keyboard.press('ArrowUp')
}

async function tabTo(page: Page, label: string): Promise<void> {
  for (let presses = 0; presses < 200; presses++) {
    await page.keyboard.press('Tab')
    if ((await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))) === label) return
  }
  throw new Error(`Tab never came to “${label}”.`)
}

async function expectSaved(query: string, value: string): Promise<void> {
  await until(async () => Object.values((await database.query(query))[0] ?? {})[0] === value)
}

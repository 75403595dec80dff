/** What was refused is kept until its author has dealt with it, also across a reload: in a field, or in a notice. */
import type { Dialog, Locator, Page } from 'playwright-core'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { BACK_WITHIN_MS, openProduction, openTab, openWindow, SEEN_WITHIN_MS } from './support/browser.ts'
import { field, section, untilSettled } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

const SHARED = 'Northern Sessions Awards'
const timeout = SEEN_WITHIN_MS

let ben: Page

beforeAll(async () => {
  await running.database.query("alter table cameras add constraint house_rule check (name <> 'Unwanted')")
  ben = await openWindow(running.browser, running.stage.url, 'Ben')
  await openProduction(ben, SHARED)
})

afterEach(async () => {
  for (const _ of await notices(ben).all()) await ben.getByRole('button', { name: 'Dismiss' }).first().click()
  await untilSettled(ben)
})

test('W3: a text that was refused is there after a reload, until it is dismissed', async () => {
  await ben.context().setOffline(true)
  await field(ben, 'Note of Camera 1').fill('Precious')
  await field(ben, 'Note of Camera 1').press('Enter')
  await field(ben, 'Note of Camera 1').fill('Precious words')
  await field(ben, 'Note of Camera 1').press('Enter')
  await running.database.query(`delete from cameras where id = 'northern-sessions-camera-1'`)
  await ben.context().setOffline(false)
  await notices(ben).getByText('Precious words', { exact: true }).waitFor({ timeout: BACK_WITHIN_MS })

  await reload(ben)

  await notices(ben).getByText('Note of a camera was not saved. It has been deleted').waitFor({ timeout })
  await notices(ben).getByText('Precious words', { exact: true }).waitFor({ timeout })
  expect(await notices(ben).count()).toBe(1)
  await ben.getByRole('button', { name: 'Dismiss' }).click()
  await reload(ben)
  expect(await notices(ben).count()).toBe(0)
})

test('W3: who is taken off the crew while offline keeps every text, deletion and addition across reloads', async () => {
  await ben.context().setOffline(true)
  for (const camera of [2, 3]) {
    await field(ben, `Note of Camera ${camera}`).fill(`Text ${camera}`)
    await field(ben, `Note of Camera ${camera}`).press('Enter')
  }
  await ben.getByRole('button', { name: 'Delete Camera 4', exact: true }).click()
  await ben.getByPlaceholder('Add a camera').fill('Crane')
  await ben.keyboard.press('Enter')
  await untilUnsent(ben, 4)
  await running.database.query(
    `delete from production_members where user_id = 'ben' and production_id = $1`,
    [ROOM],
  )
  await ben.context().setOffline(false)
  await untilNotices(ben, 4)

  await reload(ben)
  await untilNotices(ben, 4)
  await join()
  await openAgain(ben)

  // Now that its room is there, each says what it is about.
  for (const text of [
    'Note of “Camera 2”',
    'Note of “Camera 3”',
    '“Camera 4” was not deleted',
    '“Crane” was not added',
  ]) {
    await notices(ben).getByText(text).waitFor({ timeout })
  }
  for (const kept of ['Text 2', 'Text 3'])
    await notices(ben).getByText(kept, { exact: true }).waitFor({ timeout })
  await notices(ben).filter({ hasText: 'Crane' }).getByRole('button', { name: 'Try again' }).click()
  await field(ben, 'Name of Crane').waitFor({ timeout })
  await expect.poll(() => camerasCalled('Crane'), { timeout }).toBe(1)
})

test('W3: what a field shows as refused is told by a notice after a reload, with the record and the field', async () => {
  await refuseName(ben, 5)

  await reload(ben)

  await notices(ben).getByText('Name of “Camera 5” was not saved.').waitFor({ timeout })
})

test('W3: what was given up or written anew in its field is told by nobody after a reload', async () => {
  await refuseName(ben, 6)
  await ben.getByRole('button', { name: 'Use the saved text' }).click()
  await refuseName(ben, 7)
  await field(ben, 'Name of Camera 7').fill('Camera seven')
  await field(ben, 'Name of Camera 7').press('Enter')
  await untilSettled(ben)
  await expect.poll(() => camerasCalled('Camera seven'), { timeout }).toBe(1)

  await reload(ben)
  await reload(ben)

  await section(ben, 'Cameras').waitFor({ timeout })
  expect(await notices(ben).count()).toBe(0)
})

test('W3: a deletion that could not be taken back can be tried again', async () => {
  await ben.getByRole('button', { name: 'Delete Camera 8', exact: true }).click()
  await ben.locator('.notice', { hasText: '“Camera 8” is deleted.' }).hover()
  await expect.poll(() => camerasCalled('Camera 8'), { timeout }).toBe(0)
  await setRole('viewer')
  await ben.getByText('You may read this production, but not change it.').waitFor({ timeout })
  await ben.keyboard.press('ControlOrMeta+z')
  await notices(ben).getByText('“Camera 8” did not come back. You may read this').waitFor({ timeout })
  await setRole('crew')
  await field(ben, 'Name of Camera 9').waitFor({ timeout })

  await ben.keyboard.press('ControlOrMeta+z')

  await field(ben, 'Name of Camera 8').waitFor({ timeout })
  await expect.poll(() => camerasCalled('Camera 8'), { timeout }).toBe(1)
  await untilNotices(ben, 0)
})

test('W3: signing out asks first while something that was refused is not dealt with', async () => {
  await refuseName(ben, 9)
  const asked: string[] = []
  ben.once('dialog', (dialog) => {
    asked.push(dialog.message())
    void dialog.dismiss()
  })

  await ben.getByRole('button', { name: 'Sign out', exact: true }).click()

  await expect
    .poll(() => asked)
    .toEqual([expect.stringMatching(/could not be saved.*Signing out deletes it/)])
  await ben.getByRole('button', { name: 'Use the saved text' }).click()
})

test('W3: what the page itself did not take is on the page alone: leaving it and signing out are asked first', async () => {
  const [long, note] = ['x'.repeat(2_001), field(ben, 'Note of Camera 10')]
  const asked: string[] = []
  const stay = (dialog: Dialog) => {
    asked.push(dialog.type())
    void dialog.dismiss()
  }
  ben.on('dialog', stay)
  await note.fill(long)
  await note.press('Enter')
  await ben.getByRole('alert').filter({ hasText: 'Not saved' }).waitFor({ timeout })

  await ben.evaluate(() => location.reload())
  await ben.getByRole('button', { name: 'Sign out', exact: true }).click()
  await openTab(ben, 'Inputs')
  await notices(ben).filter({ hasText: long }).waitFor({ timeout })
  await ben.evaluate(() => location.reload())
  await expect.poll(() => asked, { timeout }).toEqual(['beforeunload', 'confirm', 'beforeunload'])
  await ben.getByRole('button', { name: 'Dismiss' }).click()

  await reload(ben)
  expect(asked.length).toBe(3)
  ben.off('dialog', stay)
  await openTab(ben, 'Floor')
})

const ROOM = 'northern-sessions'

function notices(page: Page): Locator {
  return page.locator('.notice')
}

async function untilNotices(page: Page, count: number): Promise<void> {
  await expect.poll(() => notices(page).count(), { timeout: BACK_WITHIN_MS }).toBe(count)
}

function untilUnsent(page: Page, count: number): Promise<void> {
  return page.getByText(`${count} changes not sent`).waitFor({ timeout })
}

async function reload(page: Page): Promise<void> {
  await page.reload()
  await untilSettled(page, BACK_WITHIN_MS)
}

async function openAgain(page: Page): Promise<void> {
  await page.goto(`${running.stage.url}/productions/${ROOM}`)
  await field(page, 'Name of the production').waitFor({ timeout })
}

/** Gives a name that the database does not take. */
async function refuseName(page: Page, camera: number): Promise<void> {
  await field(page, `Name of Camera ${camera}`).fill('Unwanted')
  await field(page, `Note of Camera ${camera}`).focus()
  await page.getByRole('alert').filter({ hasText: 'Not saved' }).waitFor({ timeout })
}

async function camerasCalled(name: string): Promise<number> {
  return (
    await running.database.query(`select 1 from cameras where production_id = $1 and name = $2`, [ROOM, name])
  ).length
}

async function join(): Promise<void> {
  await running.database.query(`insert into production_members (production_id, user_id) values ($1, 'ben')`, [
    ROOM,
  ])
}

async function setRole(role: 'crew' | 'viewer'): Promise<void> {
  await running.database.query(
    `update production_members set role = $1 where user_id = 'ben' and production_id = $2`,
    [role, ROOM],
  )
}

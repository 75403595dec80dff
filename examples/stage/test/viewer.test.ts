/** Who may only read a production sees text, is told why, and is given fields as soon as the role is another. */
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { problemsOf } from './support/accessibility.ts'
import { openProduction, openTab, openWindow, SEEN_WITHIN_MS } from './support/browser.ts'
import { field } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

const timeout = SEEN_WITHIN_MS
const CONTROLS = 'main :is(input:not([disabled]), textarea, select, .handle, .remove, .add, .connect)'

let ben: Page

beforeAll(async () => {
  await make('viewer')
  ben = await openWindow(running.browser, running.stage.url, 'Ben')
  await ben.getByRole('main').getByRole('link', { name: 'Northern Sessions Awards' }).click()
  await ben.getByRole('heading', { name: 'Northern Sessions Awards' }).waitFor()
})

test('A4: a viewer reads everything as text, on every part of a production, and is told why', async () => {
  const controls: Record<string, number> = {}

  for (const part of ['Floor', 'Inputs', 'Switching', 'Outputs', 'Cabling', 'Settings']) {
    await openTab(ben, part)
    controls[part] = await ben.locator(CONTROLS).count()
  }
  await openTab(ben, 'Floor')

  expect(controls).toEqual({ Floor: 0, Inputs: 0, Switching: 0, Outputs: 0, Cabling: 0, Settings: 0 })
  await ben.getByText('You may read this production, but not change it.').waitFor()
  await ben.locator('#cameras').getByText('Two-shot of presenters').waitFor()
  expect(
    await ben.getByRole('checkbox', { name: 'Done: Fibre through the organ loft hatch' }).isDisabled(),
  ).toBe(true)
})

test('axe finds no serious problem in what a viewer sees', async () => {
  const problems = await problemsOf(ben)
  await openTab(ben, 'Outputs')
  problems.push(...(await problemsOf(ben)))
  await openTab(ben, 'Floor')

  expect(problems).toEqual([])
})

test('what others write is shown to a viewer as to everybody', async () => {
  await running.database.query(
    `update cameras set note = 'For all to read' where id = 'northern-sessions-camera-2'`,
  )

  await ben.locator('#cameras').getByText('For all to read').waitFor({ timeout })
})

test('who is made crew can write at once', async () => {
  await make('crew')

  await field(ben, 'Note of Camera 2').fill('Now mine to write')
  await field(ben, 'Note of Camera 2').press('Enter')

  await expect
    .poll(() => running.database.query(`select note from cameras where id = 'northern-sessions-camera-2'`))
    .toEqual([{ note: 'Now mine to write' }])
  await ben.getByText('You may read this production').waitFor({ state: 'detached', timeout })
})

test('W3: who is made a viewer while writing keeps what was written, in a notice', async () => {
  await openTab(ben, 'Floor')
  await field(ben, 'Name of Camera 4').fill('')
  await field(ben, 'Note of Camera 4').focus()
  await ben.getByRole('alert').filter({ hasText: 'Not saved' }).waitFor({ timeout })
  await ben.context().setOffline(true)
  await field(ben, 'Note of Camera 4').fill('Half a thought')

  await make('viewer')
  await ben.context().setOffline(false)

  await ben.locator('.notice', { hasText: 'You may read this, but not change it.' }).waitFor({ timeout })
  await ben.locator('.notice .kept', { hasText: 'Half a thought' }).waitFor({ timeout })
  await ben.locator('#cameras').getByText('Camera 4', { exact: true }).waitFor({ timeout })
  expect(await ben.locator(CONTROLS).count()).toBe(0)
})

test('only who runs productions is offered to take something out of the library', async () => {
  await ben.getByRole('link', { name: 'Equipment', exact: true }).click()
  await field(ben, 'Name of Tessera SX40').waitFor({ timeout })
  const ana = await openWindow(running.browser, running.stage.url, 'Ana')
  await openProduction(ana, 'Northern Sessions Awards')
  await ana.getByRole('link', { name: 'Equipment', exact: true }).click()

  await ana.getByRole('button', { name: 'Delete Tessera SX40', exact: true }).waitFor({ timeout })

  expect(await ben.locator('.remove').count()).toBe(0)
  await ana.context().close()
})

async function make(role: 'crew' | 'viewer'): Promise<void> {
  await running.database.query(
    `update production_members set role = $1 where user_id = 'ben' and production_id = 'northern-sessions'`,
    [role],
  )
}

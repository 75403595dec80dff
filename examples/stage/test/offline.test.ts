/** Without a network or a server, also across a reload: what was opened before is there, and what is written is kept. */
import { expect, test } from 'vitest'
import { BACK_WITHIN_MS, openProduction, openTab, openWindow, signIn } from './support/browser.ts'
import { untilKept, untilQueued } from './support/kept.ts'
import { field, untilSettled, untilValue } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const SHARED = 'Northern Sessions Awards'
const SHARED_ROOM = 'Production:northern-sessions'

const running = runStage()

test('cross-device: what is begun at home is there at work, and what is changed at work is there at home', async () => {
  const home = await openWindow(running.browser, running.stage.url, 'Ana')
  await home.getByPlaceholder('Begin a production').fill('Client Event 2026')
  await home.keyboard.press('Enter')
  await field(home, 'Name of the production').waitFor()
  await untilSettled(home)
  await home.goto(`${running.stage.url}/productions`)

  const work = await openWindow(running.browser, running.stage.url, 'Ana')
  await openProduction(work, 'Client Event 2026')
  await field(work, 'Venue').fill('Harbour Hall')
  await field(work, 'Venue').press('Enter')
  await untilSettled(work)
  await home.reload()

  await home.getByRole('link', { name: 'Client Event 2026' }).getByText('Harbour Hall').waitFor()
  await Promise.all([home, work].map((page) => page.context().close()))
})

test('a reload without a network shows what was opened before, every part of it, and the library', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ben')
  await openProduction(page, SHARED)
  await untilKept(page, 'ben', SHARED_ROOM)

  await page.context().setOffline(true)
  await page.reload()

  await untilValue(page, 'Name of Camera 1', 'Camera 1')
  await page.locator('.status[data-live="no"]').waitFor()
  await openTab(page, 'Signal flow')
  await page.locator('path[data-connection="northern-sessions-connection-1"]').waitFor({ state: 'attached' })
  await page.getByRole('link', { name: 'Equipment', exact: true }).click()
  await field(page, 'Name of Tessera SX40').waitFor()
  await page.getByRole('link', { name: 'Productions', exact: true }).click()
  await page.getByRole('link', { name: 'Harbour Lights Festival' }).click()
  await page.getByRole('heading', { name: 'Not on this device' }).waitFor()
  await page.context().close()
})

test('W1, K2: what is written without a network outlives a reload, and is sent when the network is back', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Cleo')
  await openProduction(page, SHARED)
  await untilKept(page, 'cleo', SHARED_ROOM)
  await page.context().setOffline(true)
  await page.reload()

  await untilValue(page, 'Note of Camera 5', 'Opening swoop from the organ')
  await field(page, 'Note of Camera 5').fill('Written in the lift')
  await field(page, 'Note of Camera 5').press('Enter')
  await page.getByText('1 change not sent').waitFor()
  await untilQueued(page, 'cleo', 'Written in the lift')
  await page.reload()

  await untilValue(page, 'Note of Camera 5', 'Written in the lift')
  await page.getByText('1 change not sent').waitFor()
  await page.context().setOffline(false)
  await untilSettled(page, BACK_WITHIN_MS)

  const [camera] = await running.database.query(
    `select note from cameras where id = 'northern-sessions-camera-5'`,
  )
  expect(camera).toEqual({ note: 'Written in the lift' })
  await page.context().close()
})

test('W3, K2: what a tab that is closed has not sent is counted and sent by the one that stays', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Cleo')
  await openProduction(page, SHARED)
  const other = await page.context().newPage()
  await other.goto(`${running.stage.url}/productions/northern-sessions`)
  await untilSettled(other)
  await page.context().setOffline(true)
  await field(other, 'Note of Camera 3').fill('Written before leaving')
  await field(other, 'Note of Camera 3').press('Enter')
  await untilQueued(other, 'cleo', 'Written before leaving')

  await other.close()
  await page.getByText('1 change not sent').waitFor({ timeout: BACK_WITHIN_MS })
  await page.context().setOffline(false)
  await untilSettled(page, BACK_WITHIN_MS)

  const [camera] = await running.database.query(
    `select note from cameras where id = 'northern-sessions-camera-3'`,
  )
  expect(camera).toEqual({ note: 'Written before leaving' })
  await page.context().close()
})

test('W3: what the server refuses after a reload is told, with what it contained', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Cleo')
  await openProduction(page, SHARED)
  await untilKept(page, 'cleo', SHARED_ROOM)
  await page.context().setOffline(true)
  await page.reload()
  await field(page, 'Note of Camera 6').fill('Not to be lost')
  await field(page, 'Note of Camera 6').press('Enter')
  await page.getByText('1 change not sent').waitFor()
  await untilQueued(page, 'cleo', 'Not to be lost')

  await running.database.query(`update production_members set role = 'viewer' where user_id = 'cleo'`)
  await page.reload()
  await page.getByText('1 change not sent').waitFor()
  await page.context().setOffline(false)

  const notice = page.getByRole('region', { name: 'Notices' })
  await notice
    .getByText('Note of “Camera 6” was not saved. You may read this')
    .waitFor({ timeout: BACK_WITHIN_MS })
  await notice.getByText('Not to be lost').waitFor()
  await running.database.query(`update production_members set role = 'crew' where user_id = 'cleo'`)
  await page.context().close()
})

test('K3: who signs out leaves nothing behind for the next, also without a network', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ana')
  await openProduction(page, 'Helvion Annual General Meeting')
  await untilKept(page, 'ana', 'Production:annual-meeting')

  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await signIn(page, 'Cleo')
  await page.getByRole('link', { name: SHARED }).waitFor()
  await untilKept(page, 'cleo')
  await page.context().setOffline(true)
  await page.reload()

  await page.getByRole('link', { name: SHARED }).waitFor()
  expect(await page.content()).not.toContain('Helvion')
  await page.context().close()
})

test('W3, K2: who signs out with unsent changes is told how many, and keeps them or loses them', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ben')
  await openProduction(page, SHARED)
  await untilKept(page, 'ben', SHARED_ROOM)
  await page.context().setOffline(true)
  const before = await field(page, 'Note of Camera 7').inputValue()
  await field(page, 'Note of Camera 7').fill('Unsent')
  await field(page, 'Note of Camera 7').press('Enter')
  await page.getByText('1 change not sent').waitFor()
  const asked: string[] = []
  const signOut = async (isSure: boolean) => {
    page.once('dialog', (dialog) => {
      asked.push(dialog.message())
      void (isSure ? dialog.accept() : dialog.dismiss())
    })
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  }

  await signOut(false)
  await page.getByText('1 change not sent').waitFor()
  await signOut(true)
  await page.getByText('1 change not sent').waitFor({ state: 'detached' })
  // The server hears of it when it can be reached again.
  await page.context().setOffline(false)
  await page.goto(`${running.stage.url}/productions`)
  await signIn(page, 'Ben')
  await openProduction(page, SHARED)
  await untilValue(page, 'Note of Camera 7', before)

  expect(asked).toHaveLength(2)
  expect(asked[1]).toMatch(/^1 change on this device has not been sent yet\. Signing out deletes it\./)
  await page.context().close()
})

test('a page is there while the server is away, and signs nobody out', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ben')
  await openProduction(page, SHARED)
  await untilKept(page, 'ben', SHARED_ROOM)
  await running.stage.kill()

  await page.reload()

  await untilValue(page, 'Name of Camera 1', 'Camera 1')
  await running.stage.start()
  await untilSettled(page, BACK_WITHIN_MS)
  await page.context().close()
})

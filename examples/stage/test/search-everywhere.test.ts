/** Search looks into every production, also into those that are not open, and offline into what the device keeps. */
import { expect, test } from 'vitest'
import { openProduction, openWindow, SEEN_WITHIN_MS } from './support/browser.ts'
import { untilKept } from './support/kept.ts'
import { field, found } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const timeout = SEEN_WITHIN_MS

const running = runStage()

test('what stands in a production that is not open is found, and leads there', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Cleo')

  await page.getByRole('combobox', { name: 'Search' }).fill('winner in oslo')
  await found(page, 'Winner in Oslo').waitFor({ timeout })
  await page.keyboard.press('Enter')

  await field(page, 'Name of Winner in Oslo').waitFor({ timeout })
  expect(new URL(page.url()).pathname).toBe('/productions/northern-sessions/inputs')
  await page.context().close()
})

test('K1: without a network the productions that were opened are searched, and the others are named', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ben')
  await openProduction(page, 'Northern Sessions Awards')
  await untilKept(page, 'ben', 'Production:northern-sessions')
  await page.context().setOffline(true)
  await page.goto(`${running.stage.url}/productions`)
  await page.getByText('Offline', { exact: true }).waitFor({ timeout })
  const search = page.getByRole('combobox', { name: 'Search' })

  await search.fill('winner in oslo')
  await found(page, 'Winner in Oslo').waitFor({ timeout })
  await search.fill('xylophone')

  await page
    .getByText(/^Nothing on this device contains “xylophone”\. \d productions? (is|are) not on/)
    .waitFor()
  await page.context().close()
})

test('a change in a production that is searched marks no part of the one that is open', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ana')
  await openProduction(page, 'Northern Sessions Awards')
  await page.getByRole('combobox', { name: 'Search' }).fill('Freestyle')
  const marks = await page.evaluateHandle(() => {
    const seen: string[] = []
    const tabs = document.querySelector('.tabs') as HTMLElement
    const look = () =>
      seen.push(...[...tabs.querySelectorAll('.is-changed')].map((tab) => tab.textContent ?? ''))
    new MutationObserver(look).observe(tabs, { subtree: true, attributes: true })
    return seen
  })
  await page.getByRole('combobox', { name: 'Search' }).fill('velodrome')
  await found(page).first().waitFor({ timeout })

  await running.database.query(
    `update sources set note = 'From elsewhere, pitlane' where production_id = 'velodrome-finals'`,
  )
  await page.getByRole('combobox', { name: 'Search' }).fill('pitlane')
  await found(page).first().waitFor({ timeout })
  await running.database.query(
    `update sources set note = 'From here, doorway' where production_id = 'northern-sessions'`,
  )
  await page.getByRole('combobox', { name: 'Search' }).fill('doorway')
  await found(page).first().waitFor({ timeout })
  await page.waitForFunction((seen) => seen.length > 0, marks, { timeout })

  expect(new Set(await marks.jsonValue())).toEqual(new Set(['Inputs']))
  await page.context().close()
})

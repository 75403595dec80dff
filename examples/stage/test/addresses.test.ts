/** Addresses as people write them: the server answers all that the page's own router knows. */
import { expect, test } from 'vitest'
import { openWindow } from './support/browser.ts'
import { field } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

test('a slash at the end of an address leads to the same page', async () => {
  const addresses = [
    '/productions/',
    '/equipment/',
    '/productions/northern-sessions/',
    '/productions/northern-sessions/inputs/',
  ]

  const answers = await Promise.all(addresses.map((address) => fetch(running.stage.url + address)))

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
})

test('the page at such an address is that page, and the bar above says so', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ben')

  await page.goto(`${running.stage.url}/productions/northern-sessions/inputs/`)
  await field(page, 'Name of CCU 1').waitFor()
  await page.goto(`${running.stage.url}/equipment/`)
  await field(page, 'Name of Tessera SX40').waitFor()

  const here = page.getByRole('navigation', { name: 'Main' }).locator('[aria-current="page"]')
  expect(await here.allTextContents()).toEqual(['Equipment'])
  await page.context().close()
})

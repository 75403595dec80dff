/** Words that no line has room for: they are broken, and lie over nothing. */
import { beforeAll, expect, test } from 'vitest'
import { openProduction, openTab, openWindow } from './support/browser.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

const SHARED = 'Northern Sessions Awards'
const LONG = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenproduktion'
/** Texts that people write, by table. */
const WITH_TEXTS = {
  productions: ['venue', 'note', 'client', 'format', 'intercom'],
  cameras: ['name', 'position', 'operator', 'lens', 'note'],
  checklist_items: ['name', 'phase', 'assigned_to', 'note'],
  sources: ['name', 'note'],
  switchers: ['name', 'location', 'note'],
  routers: ['name', 'note'],
  sends: ['name', 'note'],
  led_screens: ['name', 'note'],
  streams: ['name', 'note'],
  connections: ['label', 'note'],
  cable_snakes: ['name', 'note'],
  equipment: ['name', 'manufacturer', 'note'],
}

beforeAll(async () => {
  for (const [table, columns] of Object.entries(WITH_TEXTS)) {
    const set = columns.map((column) => `${column} = $1`).join(', ')
    await running.database.query(`update ${table} set ${set}`, [LONG])
  }
})

test('no page is wider than a window of 320 pixels, whatever holds a long word', async () => {
  const phone = { viewport: { width: 320, height: 700 }, hasTouch: true, isMobile: true }
  const page = await openWindow(running.browser, running.stage.url, 'Ben', phone)
  await page.getByText(LONG).first().waitFor()
  const width = () => page.evaluate(() => document.documentElement.scrollWidth)
  const widths: Record<string, number> = { list: await width() }

  await openProduction(page, SHARED)
  for (const part of ['Floor', 'Signal flow', 'Inputs', 'Switching', 'Outputs', 'Cabling', 'Settings']) {
    await openTab(page, part)
    widths[part] = await width()
  }
  await page.getByRole('link', { name: 'Equipment', exact: true }).click()
  await page.getByRole('heading', { name: 'Equipment library' }).waitFor()
  widths['equipment'] = await width()

  expect([...new Set(Object.values(widths))], JSON.stringify(widths)).toEqual([320])
  await page.context().close()
})

test('on the list of productions nothing lies over what is beside it', async () => {
  const page = await openWindow(running.browser, running.stage.url, 'Ben')
  await page.getByText(LONG).first().waitFor()

  const tooWide = await page
    .locator('.productions a > *')
    .evaluateAll((parts) =>
      parts.filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.className),
    )

  expect(tooWide).toEqual([])
  await page.context().close()
})

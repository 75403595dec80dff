/** The library that all productions share, in a real Chromium: taking out a piece that is used, and taking that back. */
import { expect, test } from 'vitest'
import { openWindow } from './support/browser.ts'
import { field, until } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

test('who deletes a piece that is used is told by how many, and Undo makes them whole again', async () => {
  const [ana, ben] = await Promise.all([
    openWindow(running.browser, running.stage.url, 'Ana'),
    openWindow(running.browser, running.stage.url, 'Ben'),
  ])
  await ben.goto(`${running.stage.url}/productions/northern-sessions/inputs`)
  const choice = ben.getByLabel('Equipment of CCU 1', { exact: true })
  const shown = () => choice.evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.label)
  await choice.waitFor()
  const piece = await shown()
  const name = String(piece).replace(/^Sony /, '')
  const used = await users(name)
  expect(used).toBeGreaterThan(1)
  await ana.getByRole('link', { name: 'Equipment', exact: true }).click()
  await field(ana, `Name of ${name}`).waitFor()
  // The page reads the productions meanwhile, as a search does, which says when it has.
  await ana.getByRole('combobox', { name: 'Search' }).fill('zzzz')
  await ana.getByText('Nothing contains “zzzz”.').waitFor()
  await ana.keyboard.press('Escape')

  await ana.getByRole('button', { name: `Delete ${name}`, exact: true }).click()

  await ana.getByText(`“${name}” is deleted. ${used} devices use it: Undo makes them whole again.`).waitFor()
  await until(async () => (await shown()) === 'No longer in the library')
  await ana.getByRole('button', { name: 'Undo', exact: true }).click()
  await until(async () => (await shown()) === piece)
  expect(await users(name)).toBe(used)
  await Promise.all([ana.context().close(), ben.context().close()])
})

/** How many devices are this piece. */
async function users(name: string): Promise<number> {
  const tables = ['ccus', 'media_servers', 'switchers', 'routers', 'led_screens', 'records', 'streams']
  const all = tables.map((table) => `select equipment_id from ${table}`).join(' union all ')
  const [row] = await running.database.query<{ count: number }>(
    `select count(*)::int as count from (${all}) d join equipment e on e.id = d.equipment_id where e.name = $1`,
    [name],
  )
  return row?.count ?? 0
}

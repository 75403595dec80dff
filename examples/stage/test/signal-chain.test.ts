/** Every kind of record of a production, and the library: two windows of a real Chromium, and another program. */
import type { Locator, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { openProduction, openTab, openWindow, SEEN_WITHIN_MS } from './support/browser.ts'
import { chooseFrom, field, found, section, until, untilFocused, untilValue } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

const SHARED = 'Northern Sessions Awards'
const timeout = SEEN_WITHIN_MS

let ben: Page
let cleo: Page

beforeAll(async () => {
  ;[ben, cleo] = await Promise.all([
    openWindow(running.browser, running.stage.url, 'Ben'),
    openWindow(running.browser, running.stage.url, 'Cleo'),
  ])
  await Promise.all([openProduction(ben, SHARED), openProduction(cleo, SHARED)])
})

test.each([
  ['Inputs', 'Sources', 'Add a source', 'sources'],
  ['Inputs', 'CCUs', 'Add a CCU', 'ccus'],
  ['Inputs', 'Media servers', 'Add a media server', 'media_servers'],
  ['Switching', 'Switchers', 'Add a switcher', 'switchers'],
  ['Switching', 'Routers', 'Add a router', 'routers'],
  ['Outputs', 'Sends', 'Add a send', 'sends'],
  ['Outputs', 'LED screens', 'Add an LED screen', 'led_screens'],
  ['Outputs', 'Projection screens', 'Add a projection screen', 'projection_screens'],
  ['Outputs', 'Records', 'Add a record', 'records'],
  ['Outputs', 'Streams', 'Add a stream', 'streams'],
  ['Cabling', 'Cable snakes', 'Add a cable snake', 'cable_snakes'],
])(
  'C1, %s: %s are added, edited, deleted and brought back, and the other window sees it',
  async (tab, kind, add, table) => {
    await Promise.all([openTab(ben, tab), openTab(cleo, tab)])
    const name = `New in ${kind}`
    const [mine, theirs] = [section(ben, kind), section(cleo, kind)]

    await mine.getByPlaceholder(add).fill(name)
    await ben.keyboard.press('Enter')
    await field(theirs, `Name of ${name}`).waitFor({ timeout })
    await field(theirs, `Note of ${name}`).fill('Seen by both')
    await field(theirs, `Note of ${name}`).press('Enter')
    await untilValue(mine, `Note of ${name}`, 'Seen by both')

    await mine.getByRole('button', { name: `Delete ${name}`, exact: true }).click()
    await holdNotice(ben, name)
    await field(theirs, `Name of ${name}`).waitFor({ state: 'detached', timeout })
    await undo(ben, name)

    await untilValue(theirs, `Note of ${name}`, 'Seen by both')
    const rows = await running.database.query(`select note from ${table} where name = $1`, [name])
    expect(rows).toEqual([{ note: 'Seen by both' }])
  },
)

test('C1: settings of a production are shared, and its name is the same on every part of it', async () => {
  await Promise.all([openTab(ben, 'Settings'), openTab(cleo, 'Settings')])
  await running.database.query(`update productions set note = 'From psql' where id = 'northern-sessions'`)
  await cleo.getByText('Last changed by another program, now').waitFor({ timeout })

  await field(ben, 'Timecode').fill('Free run, 50 fps')
  await field(ben, 'Timecode').press('Enter')

  await untilValue(cleo, 'Timecode', 'Free run, 50 fps')
  await cleo.getByText('Last changed by Ben Okafor, now').waitFor({ timeout })
})

test('who changed a record last is told: the other, oneself, another program', async () => {
  await Promise.all([openTab(ben, 'Outputs'), openTab(cleo, 'Outputs')])
  const row = (page: Page) => page.locator('#northern-sessions-stream-3')

  await field(ben, 'Note of Web').fill('20 s behind')
  await field(ben, 'Note of Web').press('Enter')
  await row(cleo).getByText('Ben, now').waitFor({ timeout })
  await row(ben).getByText('You, now').waitFor({ timeout })

  await running.database.query(
    `update streams set bitrate_kbps = 7000 where id = 'northern-sessions-stream-3'`,
  )

  await row(ben).getByText('Database, now').waitFor({ timeout })
})

test('a row is moved with the keyboard, keeps the focus, and stands there for everybody', async () => {
  await Promise.all([openTab(ben, 'Inputs'), openTab(cleo, 'Inputs')])
  await until(async () => (await names(section(cleo, 'Sources'))).length > 3)
  const before = await names(section(cleo, 'Sources'))
  const [first = '', second = '', third = ''] = before

  await field(ben, `Note of ${first}`).focus()
  await ben.keyboard.press('Alt+ArrowDown')
  await ben.keyboard.press('Alt+ArrowDown')

  await until(
    async () => (await names(section(cleo, 'Sources'))).slice(0, 3).join() === [second, third, first].join(),
  )
  await untilFocused(ben, `Note of ${first}`)
  await section(ben, 'Sources').getByText(`${first} is now 3 of ${before.length}.`).waitFor()
  const stored = await running.database.query<{ name: string }>(
    `select name from sources where production_id = 'northern-sessions' order by sort_order limit 3`,
  )
  expect(stored.map(({ name }) => name)).toEqual([second, third, first])
})

test('a row is dragged by its handle', async () => {
  const sources = section(ben, 'Sources')
  const [first = '', ...others] = await names(sources)
  const last = others.at(-1) ?? ''
  await field(sources, `Name of ${first}`).hover()

  await sources.getByRole('button', { name: `Move ${first}`, exact: true }).hover()
  await ben.mouse.down()
  const box = await field(sources, `Name of ${last}`).boundingBox()
  await ben.mouse.move(200, (box?.y ?? 0) + 50, { steps: 4 })
  await ben.mouse.up()

  await until(async () => (await names(section(cleo, 'Sources'))).at(-1) === first)
})

test('the library is shared: what one adds there, another chooses in a production', async () => {
  await ben.getByRole('link', { name: 'Equipment', exact: true }).click()
  await ben.getByPlaceholder('Add a piece of equipment').fill('Spyder X80')
  await ben.keyboard.press('Enter')
  await ben.getByLabel('Category of Spyder X80', { exact: true }).selectOption('Switcher')
  await openTab(cleo, 'Switching')

  const choice = cleo.getByLabel('Equipment of Main switcher', { exact: true })
  await until(async () => (await choice.textContent())?.includes('Spyder X80') ?? false)
  await choice.selectOption({ label: 'Spyder X80' })

  await until(async () => {
    const [row] = await running.database.query(
      `select e.name from switchers s join equipment e on e.id = s.equipment_id where s.id = 'northern-sessions-switcher-1'`,
    )
    return row?.['name'] === 'Spyder X80'
  })
})

test('A4: only who runs productions takes something out of the library', async () => {
  const status = await ben.evaluate(async () => {
    const { data } = (await (await fetch('/api/equipment')).json()) as {
      data: { id: string; name: string }[]
    }
    const id = data.find(({ name }) => name === 'Spyder X80')?.id
    return (await fetch(`/api/equipment/${id}`, { method: 'DELETE' })).status
  })

  expect(status).toBe(403)
  await field(ben, 'Name of Spyder X80').waitFor({ timeout })
})

test('the picture of the signal flow follows connections that people and programs make and break', async () => {
  await ben.goto(`${running.stage.url}/productions/northern-sessions/flow`)
  await openTab(cleo, 'Cabling')
  const line = (id: string) => ben.locator(`path[data-connection="${id}"]`)
  await line('northern-sessions-connection-1').waitFor({ state: 'attached' })

  await running.database.query(
    `insert into connections (id, production_id, from_id, to_id) values
       ('by-psql', 'northern-sessions', 'northern-sessions-camera-12', 'northern-sessions-router-1')`,
  )
  await line('by-psql').waitFor({ state: 'attached', timeout })
  await ben.getByRole('button', { name: 'Camera, Camera 12, fault', exact: true }).waitFor({ timeout })

  await chooseFrom(cleo.getByLabel('Connect from', { exact: true }), 'Screens, understudy')
  await chooseFrom(cleo.getByLabel('Connect to', { exact: true }), 'Main switcher')
  await cleo.getByRole('button', { name: 'Connect', exact: true }).click()
  await ben.getByRole('button', { name: 'Media server, Screens, understudy' }).waitFor({ timeout })

  await running.database.query(`delete from connections where id = 'by-psql'`)
  await line('by-psql').waitFor({ state: 'detached', timeout })
})

test('a device that is deleted leaves its connections loose, and is whole again when it comes back', async () => {
  await openTab(cleo, 'Inputs')

  await cleo.getByRole('button', { name: 'Delete CCU 1', exact: true }).click()
  await holdNotice(cleo, 'CCU 1')
  await ben.getByRole('link', { name: '2 connections', exact: true }).waitFor({ timeout })
  await undo(cleo, 'CCU 1')

  await ben.getByRole('button', { name: 'CCU, CCU 1, ready', exact: true }).waitFor({ timeout })
  await ben.getByText('Leading nowhere').waitFor({ state: 'detached', timeout })
})

test('the picture is used with the keyboard: along the signal, chosen, told in words, left for the record', async () => {
  await ben.getByRole('button', { name: 'Camera, Camera 1, ready', exact: true }).focus()
  await ben.keyboard.press('ArrowRight')
  await untilFocused(ben, 'CCU, CCU 1, ready')

  await ben.keyboard.press('Enter')
  await ben.locator('.flow-details').getByText('from Camera 1', { exact: true }).waitFor()
  await ben.locator('.flow-details').getByText('to Main switcher (SDI 1)').waitFor()
  await ben.locator('.flow-details').getByRole('link', { name: 'Edit', exact: true }).click()

  await untilFocused(ben, 'Name of CCU 1')
})

test('search finds what is written anywhere and goes there, without a mouse', async () => {
  await ben.getByRole('heading', { name: 'CCUs', exact: true }).click()

  await ben.keyboard.press('/')
  await ben.keyboard.type('oslo feed')
  await found(ben, 'Winner in Oslo').waitFor()
  await ben.keyboard.press('Enter')
  await untilFocused(ben, 'Name of Winner in Oslo')

  await ben.getByRole('combobox', { name: 'Search' }).fill('tessera')
  await ben.keyboard.press('Enter')
  await untilFocused(ben, 'Name of Tessera SX40')
  await ben.waitForURL(({ pathname }) => pathname === '/equipment')
})

test('a search that finds nothing says so', async () => {
  await ben.getByRole('combobox', { name: 'Search' }).fill('xylophone')

  await ben.getByText('Nothing contains “xylophone”.', { exact: true }).waitFor()
  await ben.keyboard.press('Escape')
})

test('a task moves on to the next phase, and a deletion is taken back with the keyboard', async () => {
  await ben.goto(`${running.stage.url}/productions/northern-sessions`)
  await openTab(cleo, 'Floor')
  const task = 'Clearances for all nominee clips'
  await field(ben, `Note of task ${task}`).focus()

  await ben.keyboard.press('Alt+ArrowDown')
  await until(async () => {
    const [row] = await running.database.query(`select phase from checklist_items where name = $1`, [task])
    return row?.['phase'] === 'Rig'
  })

  await cleo.getByRole('button', { name: `Delete task ${task}`, exact: true }).focus()
  await cleo.keyboard.press('Enter')
  await holdNotice(cleo, task)
  await field(ben, `Name of task ${task}`).waitFor({ state: 'detached', timeout })
  await cleo.keyboard.press('ControlOrMeta+z')
  await field(ben, `Name of task ${task}`).waitFor({ timeout })
})

test('on a wide screen the checklist is as high as the window, and goes on under what is dragged to its edge', async () => {
  await ben.goto(`${running.stage.url}/productions/northern-sessions`)
  const list = ben.getByRole('region', { name: 'Checklist', exact: true })
  const task = 'Camera plan agreed with the director'
  await field(list, `Name of task ${task}`).hover()

  await list.getByRole('button', { name: `Move task ${task}`, exact: true }).hover()
  await ben.mouse.down()
  await ben.mouse.move(900, 790, { steps: 12 })
  const scrolled = await list.evaluate(({ scrollTop }) => scrollTop)
  await ben.keyboard.press('Escape')
  await ben.mouse.up()

  expect(scrolled).toBeGreaterThan(0)
  expect(await list.evaluate(({ clientHeight }) => clientHeight <= innerHeight)).toBe(true)
})

test('a production is begun, given a crew and ended by who runs productions', async () => {
  const ana = await openWindow(running.browser, running.stage.url, 'Ana')
  await cleo.goto(`${running.stage.url}/productions`)
  await ana.getByPlaceholder('Begin a production').fill('Client Event 2026')
  await ana.keyboard.press('Enter')
  await ana.getByRole('button', { name: 'Add Cleo Marchetti', exact: true }).click()
  await cleo.getByRole('link', { name: 'Client Event 2026' }).waitFor({ timeout })
  await openTab(ana, 'Inputs')
  await ana.getByText('Playback, graphics, laptops and incoming feeds go here.').waitFor()

  await openTab(ana, 'Settings')
  await ana.getByRole('button', { name: 'Delete this production', exact: true }).click()
  await ana.getByRole('button', { name: 'Delete it', exact: true }).click()

  await cleo.getByRole('link', { name: 'Client Event 2026' }).waitFor({ state: 'detached', timeout })
  await ana.context().close()
})

function names(part: ReturnType<typeof section>): Promise<string[]> {
  return part
    .getByRole('textbox', { name: /^Name of / })
    .evaluateAll((fields) => fields.map((one) => (one as HTMLTextAreaElement).value))
}

function notice(page: Page, text: string): Locator {
  return page.locator('.notice', { hasText: text })
}

/** Keeps the notice of a deletion, which disappears after a while otherwise. */
function holdNotice(page: Page, name: string): Promise<void> {
  return notice(page, `“${name}” is deleted.`).hover()
}

/** Takes a deletion back; the notice of an earlier one may still be there. */
function undo(page: Page, name: string): Promise<void> {
  return notice(page, `“${name}” is deleted.`).getByRole('button', { name: 'Undo', exact: true }).click()
}

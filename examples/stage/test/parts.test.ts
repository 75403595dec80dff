/** The pure parts: addresses, phases, words for what is not sent, settings. */
import { expect, test } from 'vitest'
import { readSettings } from '../../server/settings.ts'
import { firstPlace, lastPlace, type Phase, phasesOf } from '../src/checklist/phases.ts'
import { formatAge, withArticle } from '../src/format.ts'
import { askToLose, describeKept, describeUnsent } from '../src/frame/describe-status.ts'
import { equipmentPath, placeOf, productionPath } from '../src/router.ts'
import { reasonFor } from '../src/sync/reason-of.ts'
import type { Task } from '../src/sync/rows.ts'

test('an address names a production, whatever its id, or a page that is not there', () => {
  const id = 'a/b %?ü'

  expect(placeOf(productionPath(id))).toEqual({ page: 'production', id, tab: 'floor' })
  expect(placeOf(productionPath(id, 'flow'))).toEqual({ page: 'production', id, tab: 'flow' })
  const [path = '', record] = productionPath(id, 'cabling', 'c#1').split('#')
  expect(placeOf(path, `#${record}`)).toEqual({ page: 'production', id, tab: 'cabling', record: 'c#1' })
  expect(placeOf('/equipment', equipmentPath('e').slice(10))).toEqual({ page: 'equipment', record: 'e' })
  expect(placeOf('/productions/x/kitchen')).toEqual({ page: 'missing' })
  expect(placeOf('/productions')).toEqual({ page: 'productions' })
  expect(placeOf('/')).toEqual({ page: 'missing' })
  expect(placeOf('/productions/')).toEqual({ page: 'productions' })
  expect(placeOf('/productions/%E0%A4%A')).toEqual({ page: 'missing' })
})

test('phases stand in the order of their first task, then those that were begun and have none', () => {
  const tasks = ['Rig', 'Show', 'Rig'].map(
    (phase, position) => ({ id: `${position}`, phase, position }) as Task,
  )

  const phases = phasesOf(tasks)

  expect(phases.map(({ name, tasks: list }) => [name, list.map(({ id }) => id)])).toEqual([
    ['Rig', ['0', '2']],
    ['Show', ['1']],
  ])
  expect(phasesOf([])).toEqual([])
  expect(phasesOf(tasks, ['Load-out', 'Rig']).map(({ name }) => name)).toEqual(['Rig', 'Show', 'Load-out'])
})

test('a task that is added stands last in its phase, and its phase where it was; a new phase is last and has room', () => {
  const tasks = [1, 2, 3].map((position) => task(position === 3 ? 'Show' : 'Rig', position))
  const [rig, show] = phasesOf(tasks) as [Phase, Phase]
  const names = (more: Task) => phasesOf([...tasks, more].toSorted(byPosition)).map(({ name }) => name)

  expect(lastPlace(rig, tasks)).toBe(3)
  expect(lastPlace({ name: 'Load-out', tasks: [] }, tasks)).toBeGreaterThan(1_000)
  expect(firstPlace(show, rig)).toBe(2)
  expect(names(task('Load-out', lastPlace({ name: 'Load-out', tasks: [] }, tasks)))).toEqual([
    'Rig',
    'Show',
    'Load-out',
  ])
})

test('K2: what is not sent is counted, with the age of the oldest', () => {
  expect(describeUnsent({ pending: 0, oldestPendingMs: undefined })).toBe('')
  expect(describeUnsent({ pending: 1, oldestPendingMs: 200 })).toBe('1 change not sent')
  expect(describeUnsent({ pending: 3, oldestPendingMs: 14_900 })).toBe('3 changes not sent, oldest 14 s')
  expect(describeUnsent({ pending: 3, oldestPendingMs: 3_700_000 })).toBe('3 changes not sent, oldest 1 h')
})

test('W3, K2: who signs out is told how many changes are unsent, and what becomes of them', () => {
  const kept = (pending: number, storage: 'durable' | 'failed') => describeKept({ pending, storage })

  expect(askToLose(1)).toBe(
    '1 change on this device has not been sent yet. Signing out deletes it. Cancel to keep it; it is sent as soon as the server answers.',
  )
  expect(askToLose(12)).toMatch(/^12 changes on this device have not .* deletes them.* they are sent/)
  expect(askToLose(undefined)).toMatch(/cannot tell .* deletes what has not been sent/)
  expect(kept(0, 'durable')).toBe('')
  expect(kept(1, 'durable')).toMatch(/1 change of yours is kept on this device, and is sent when you sign in/)
  expect(kept(2, 'failed')).toMatch(/2 changes of yours are lost/)
})

test('ages are told in the largest unit, and a clock that is ahead says now', () => {
  const now = Date.parse('2027-02-06T19:00:00Z')
  const age = (at: string) => formatAge(at, now)

  expect(age('2027-02-06T18:59:30Z')).toBe('now')
  expect(age('2027-02-06T19:00:20Z')).toBe('now')
  expect(age('2027-02-06T18:47:00Z')).toBe('13 min')
  expect(age('2027-02-06T14:00:00Z')).toBe('5 h')
  expect(age('2027-02-03T14:00:00Z')).toBe('3 d')
})

test('kinds are spoken of as people do', () => {
  expect(['Camera', 'CCU', 'LED screen', 'Equipment'].map(withArticle)).toEqual([
    'a camera',
    'a CCU',
    'an LED screen',
    'an equipment',
  ])
})

test('settings have defaults, and a port that is none is refused with what to do', () => {
  const settings = readSettings({})

  expect(settings).toMatchObject({ port: 4000, dataDir: './data', databaseUrl: undefined, secret: undefined })
  expect(() => readSettings({ PORT: '80x' })).toThrow('PORT is "80x", which is no port. Set it to')
})

test('W3: a refusal is told in words, and that of a number says which ones fit', () => {
  const told = ['constraint', 'unknown_field', 'schema_too_old', 'of a newer server'].map((code) =>
    reasonFor({ code, field: 'name' }, { model: 'camera' }),
  )

  expect(told.filter((text) => !/^[A-Z][^`]+\.$/.test(text))).toEqual([])
  expect(reasonFor({ code: 'constraint' }, { model: 'camera', fields: { zoom: 300 } })).toBe(
    'It is a whole number from 1 to 200.',
  )
})

function task(phase: string, position: number): Task {
  return { id: `${phase} ${position}`, phase, position } as Task
}

function byPosition(a: Task, b: Task): number {
  return a.position - b.position
}

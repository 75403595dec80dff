/** The pure parts: addresses, phases, words for what is not sent, settings. */
import { expect, test } from 'vitest'
import { readSettings } from '../server/settings.ts'
import type { Task } from '../src/crew.ts'
import { phasesOf } from '../src/parts/checklist.ts'
import { describeUnsent } from '../src/parts/status-line.ts'
import { placeOf, productionPath } from '../src/router.ts'

test('an address names a production, whatever its id, or a page that is not there', () => {
  const id = 'a/b %?ü'

  expect(placeOf(productionPath(id))).toEqual({ page: 'production', id })
  expect(placeOf('/')).toEqual({ page: 'productions' })
  expect(placeOf('/productions/')).toEqual({ page: 'missing' })
  expect(placeOf('/productions/%E0%A4%A')).toEqual({ page: 'missing' })
})

test('phases stand in the order of their first task, and an empty checklist has one to begin with', () => {
  const tasks = ['Rig', 'Show', 'Rig'].map(
    (phase, position) => ({ id: `${position}`, phase, position }) as Task,
  )

  const phases = phasesOf('p', tasks)

  expect(phases.map(({ name, tasks: list }) => [name, list.map(({ id }) => id)])).toEqual([
    ['Rig', ['0', '2']],
    ['Show', ['1']],
  ])
  expect(phasesOf('p', []).map(({ name }) => name)).toEqual(['Show'])
})

test('K2: what is not sent is counted, with the age of the oldest', () => {
  expect(describeUnsent({ pending: 0, oldestPendingMs: undefined })).toBe('')
  expect(describeUnsent({ pending: 1, oldestPendingMs: 200 })).toBe('1 change not sent')
  expect(describeUnsent({ pending: 3, oldestPendingMs: 14_900 })).toBe('3 changes not sent, oldest 14 s')
  expect(describeUnsent({ pending: 3, oldestPendingMs: 3_700_000 })).toBe('3 changes not sent, oldest 1 h')
})

test('settings have defaults, and a port that is none is refused with what to do', () => {
  const settings = readSettings({})

  expect(settings).toMatchObject({ port: 4000, dataDir: './data', databaseUrl: undefined, secret: undefined })
  expect(() => readSettings({ PORT: '80x' })).toThrow('PORT is "80x", which is no port. Set it to')
})

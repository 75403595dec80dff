import { expect, test } from 'vitest'
import type { LogRow } from '../../postgres/log-row.ts'
import { changesOfModel, viewChanges, type ViewStep } from './view-changes.ts'
import { ViewRecords } from './view-records.ts'

const row = (id: string, action: LogRow['action'], version: number, part: Partial<LogRow> = {}): LogRow => ({
  xid: '1',
  at: '',
  room: null,
  model: 'm',
  id,
  action,
  fields: '{}',
  version,
  fieldVersions: null,
  actor: null,
  source: 'app',
  device: null,
  op: null,
  marks: null,
  ...part,
})

function recordsOf(versions: Record<string, number>): ViewRecords {
  const records = new ViewRecords()
  for (const [id, version] of Object.entries(versions)) records.set(id, version)
  return records
}

const inWords = (steps: readonly ViewStep[]) =>
  steps.map((step) =>
    'send' in step ? `${step.send.action} ${step.send.id} ${step.send.version}` : `read ${step.enter}`,
  )

const stepsOf = (
  records: Record<string, number>,
  rows: readonly LogRow[],
  readable: readonly string[],
  asked?: readonly string[],
) =>
  inWords(
    viewChanges(recordsOf(records), {
      rows,
      asked: asked ?? rows.map(({ id }) => id),
      readable: new Set(readable),
    }),
  )

test('changes of a record that stays are sent as they are', () => {
  expect(stepsOf({ a: 1 }, [row('a', 'update', 2), row('a', 'update', 3)], ['a'])).toEqual([
    'update a 2',
    'update a 3',
  ])
})

test('L2: a change that was part of what was read before is not sent again', () => {
  expect(stepsOf({ a: 2 }, [row('a', 'update', 2), row('a', 'update', 3)], ['a'])).toEqual(['update a 3'])
})

test('a record that was created is sent as the log has it; one that became visible is read', () => {
  expect(stepsOf({}, [row('a', 'create', 1)], ['a'])).toEqual(['create a 1'])
  expect(stepsOf({}, [row('a', 'update', 4)], ['a'])).toEqual(['read a'])
  expect(stepsOf({}, [row('a', 'create', 1), row('a', 'update', 2)], ['a'])).toEqual(['read a'])
})

test('A2: of a record that leaves, nothing is sent but that it left', () => {
  expect(stepsOf({ a: 1 }, [row('a', 'update', 2), row('a', 'update', 3)], [])).toEqual(['leave a 3'])
  expect(stepsOf({ a: 1 }, [row('a', 'update', 2), row('a', 'delete', 3)], [])).toEqual(['delete a 3'])
})

test('A1: a record that was never visible leaves no trace', () => {
  expect(stepsOf({}, [row('a', 'create', 1), row('a', 'delete', 2)], [])).toEqual([])
})

test('a change of rights alone lets records enter and leave', () => {
  expect(stepsOf({ a: 1, b: 5 }, [], ['a', 'c'], ['a', 'b'])).toEqual(['leave b 5', 'read c'])
})

test('a change that is logged for several rooms counts once, as what says most', () => {
  const rows = [
    row('a', 'leave', 2),
    row('a', 'enter', 2),
    row('b', 'update', 7),
    row('b', 'update', 7),
    row('c', 'delete', 3),
  ]

  expect(changesOfModel(rows, 'm').map(({ id, action }) => `${action} ${id}`)).toEqual([
    'enter a',
    'update b',
    'delete c',
  ])
})

test('the digest of a set does not depend on how it came about', () => {
  const one = recordsOf({ a: 1, b: 2, c: 3 })
  const other = recordsOf({ c: 9, x: 1, a: 4 })
  other.delete('x')
  other.set('b', 1)

  expect(other.digest).toBe(one.digest)
  other.delete('b')
  expect(other.digest).not.toBe(one.digest)
})

import { expect, test } from 'vitest'
import type { Change } from '../protocol/messages/change.ts'
import { Events } from './events.ts'
import { Store } from './store/store.ts'

const change = (
  version: number,
  action: Change['action'] = 'update',
  id = 'p1',
  at = '2026-01-01T00:00:00.000Z',
): Change => ({
  model: 'production',
  id,
  action,
  version,
  fields: { name: `${version}` },
  at,
  actor: 'ben',
  source: 'app',
})

/** What is heard of changes, by the channel's frames. */
function heardOf(...frames: [channel: string, changes: readonly Change[]][]) {
  const events = new Events(new Store())
  const ops: string[] = []
  const types: string[] = []
  const batches: string[] = []
  events.onOp(({ id, version, action }) => ops.push(`${id} ${version} ${action}`))
  for (const verb of ['created', 'updated', 'deleted'])
    events.on(`production:${verb}`, ({ type }: { type: string }) => types.push(type))
  events.on('data:changed', ({ channel, entities }: { channel: string; entities: readonly unknown[] }) =>
    batches.push(`${channel} ${entities.length}`),
  )
  for (const [channel, changes] of frames) events.emit(channel, changes)
  return { ops, types, batches }
}

test('a change that comes by two channels is told once, whatever came of the record in between', () => {
  const { ops, types, batches } = heardOf(
    ['Production:p1', [change(2), change(3)]],
    ['Production:mine', [change(2)]],
    ['Production:p1', [change(4, 'delete')]],
    ['Production:mine', [change(3), change(4, 'delete')]],
  )

  expect(ops).toEqual(['p1 2 update', 'p1 3 update', 'p1 4 delete'])
  expect(types).toEqual(['production:updated', 'production:updated', 'production:deleted'])
  expect(batches).toEqual(['Production:p1 2', 'Production:mine 1', 'Production:p1 1', 'Production:mine 2'])
})

test('of one version, that a record is seen and that it went are two things to tell', () => {
  const { types } = heardOf(
    ['Production:mine', [change(2, 'leave')]],
    ['Production:p1', [change(2, 'enter')]],
    ['Production:all', [change(2, 'leave'), change(2, 'enter', 'p2')]],
  )

  expect(types).toEqual(['production:deleted', 'production:created', 'production:created'])
})

test('a record that goes out of sight and is seen again, unchanged, is told each time', () => {
  const { types } = heardOf(
    ['Production:mine', [change(2, 'enter', 'p1', '2026-01-01')]],
    ['Production:mine', [change(2, 'leave', 'p1', '2026-01-02')]],
    ['Production:mine', [change(2, 'enter', 'p1', '2026-01-03')]],
  )

  expect(types).toEqual(['production:created', 'production:deleted', 'production:created'])
})

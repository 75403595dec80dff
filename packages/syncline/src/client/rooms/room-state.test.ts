import { expect, test } from 'vitest'
import type { Change } from '../../protocol/messages/change.ts'
import type { Rows } from '../../protocol/messages/rows.ts'
import {
  joiningRoom,
  onChanges,
  onError,
  onJoined,
  onPong,
  onRows,
  onSnapshot,
  rejoining,
} from './room-state.ts'

const change = (id: string): Change => ({
  model: 'camera',
  id,
  action: 'update',
  version: 2,
  at: '',
  actor: null,
  source: '',
})
const rows = (id: string, cursor?: string): Rows => ({
  type: 'rows',
  channel: 'A:1',
  model: 'camera',
  columns: [],
  rows: [[id]],
  more: cursor === undefined,
  ...(cursor !== undefined && { cursor }),
})
const live = onJoined(joiningRoom('A:1'), 'c0').room

test('L5: parts of a batch are handed on with the last one', () => {
  const first = onChanges(live, [change('a')], undefined)
  const last = onChanges(first.room, [change('b')], 'c1')

  expect(first.effect).toBeUndefined()
  expect(first.room.cursor).toBe('c0')
  expect(last.effect).toMatchObject({ type: 'apply', changes: [{ id: 'a' }, { id: 'b' }] })
  expect(last.room).toMatchObject({ cursor: 'c1', status: 'live', parts: [] })
})

test('L4: chunks of a load are staged until the last one, and a live room is live again', () => {
  const announced = onSnapshot(live)
  const first = onRows(announced.room, rows('a'))
  const last = onRows(first.room, rows('b', 'c2'))

  expect(announced.room).toMatchObject({ status: 'catching-up', hasRows: true })
  expect(first.effect).toMatchObject({ type: 'stage', chunk: { rows: [['a']] } })
  expect(first.room).toMatchObject({ cursor: 'c0', isLoading: true })
  expect(last.effect).toMatchObject({ type: 'replace', chunk: { rows: [['b']] } })
  expect(last.room).toMatchObject({ cursor: 'c2', status: 'live' })
})

test('what was staged is forgotten when the connection ends, and the cursor is not', () => {
  const staged = onChanges(onRows(live, rows('a')).room, [change('b')], undefined).room
  const failed = onError(staged, 'unavailable', 'The database is away.', 500).room

  expect(failed).toMatchObject({ isLoading: false, parts: [] })
  expect(rejoining(staged)).toMatchObject({
    status: 'catching-up',
    cursor: 'c0',
    isLoading: false,
    parts: [],
  })
})

test('a fresh cursor is not for a room that has something staged', () => {
  expect(onPong(live, 'c9').cursor).toBe('c9')
  expect(onPong(onChanges(live, [change('a')], undefined).room, 'c9').cursor).toBe('c0')
  expect(onPong(joiningRoom('A:1'), 'c9').cursor).toBeUndefined()
})

test('A2: `not_found` empties the room, another refusal leaves what is cached', () => {
  const gone = onError(live, 'not_found', 'No.')
  const old = onError(live, 'schema_too_old', 'Old.')
  const busy = onError(joiningRoom('A:1'), 'rate_limited', 'Wait.', 500)

  expect(gone).toMatchObject({ room: { status: 'gone', hasRows: false }, effect: { type: 'purge' } })
  expect(gone.room.cursor).toBeUndefined()
  expect(old).toMatchObject({ room: { status: 'error', hasRows: true, problem: { code: 'schema_too_old' } } })
  expect(old.effect).toBeUndefined()
  expect(busy.effect).toEqual({ type: 'joinLater', afterMs: 500 })
})

test('K2: a room that is tried again says that it waits and why, until it has its answer', () => {
  const busy = onError(joiningRoom('A:1'), 'unavailable', 'The database is away.', 500).room
  const again = rejoining(busy)
  const interrupted = onError(live, 'unavailable', 'The database is away.', 500).room
  const whole = onJoined(again, 'c1').room

  const waiting = onError(live, 'unavailable', 'The rule fails.', 500).room

  expect(busy).toMatchObject({ status: 'joining', problem: { code: 'unavailable' } })
  expect(again.problem).toEqual(busy.problem)
  expect(interrupted).toMatchObject({ status: 'catching-up', hasRows: true, isJoined: false })
  expect(whole).toMatchObject({ status: 'live', problem: undefined })
  expect(waiting).toMatchObject({ status: 'catching-up', hasRows: true, problem: { code: 'unavailable' } })
})

/** What a page says of a room that the server was asked for, or asked for again. */
import { expect, test } from 'vitest'
import { doubtful, presenceOf } from '../src/sync/presence.ts'

const PHASES = ['joining', 'live', 'gone', 'error']

test('a room that is asked for is loading, or away when the server does not answer', () => {
  expect(PHASES.map((phase) => presenceOf(phase, false))).toEqual(['loading', 'here', 'gone', 'refused'])
  expect(PHASES.map((phase) => presenceOf(phase, true))).toEqual(['away', 'here', 'gone', 'refused'])
})

test('one that was refused stays so while it is asked again, and is away when the connection goes meanwhile', () => {
  expect(PHASES.map((phase) => doubtful(phase, false))).toEqual(['doubtful', 'here', 'doubtful', 'refused'])
  expect(PHASES.map((phase) => doubtful(phase, true))).toEqual(['away', 'here', 'doubtful', 'refused'])
})

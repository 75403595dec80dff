/** How often a page asks for a production that its list names and the server refuses. */
import { expect, test } from 'vitest'
import { doubtMs } from '../src/sync/doubt.ts'

test('it asks half a second later, then twice as long after each refusal, and once a minute in the end', () => {
  const waits = [0, 1, 2, 3, 6, 7, 8, 5_000].map(doubtMs)

  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000])
})

import { expect, test } from 'vitest'
import { positionOf, sealedPart, withPosition } from './marker-cursor.ts'

test('R2: positions of cursors compare as the moments at which they were taken', () => {
  const early = withPosition(1_700_000_000_000_000, 'abc')
  const late = withPosition(1_700_000_000_000_001, 'ABC-_')

  expect(positionOf(late)).toBe((positionOf(early) as number) + 1)
  expect([sealedPart(early), sealedPart(late), sealedPart('abc')]).toEqual(['abc', 'ABC-_', 'abc'])
})

test.each(['', 'abc', '~abc', 'ABC~abc', '1.5~abc', '-1~abc', 'zzzzzzzzzzzzzzzz~abc', ' 1~abc'])(
  'a cursor without a position has none: %j',
  (cursor) => {
    expect(positionOf(cursor)).toBeNull()
  },
)

import { expect, test } from 'vitest'
import { median, quantile } from './statistics.ts'

test('a quantile between two values is interpolated', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20)
})

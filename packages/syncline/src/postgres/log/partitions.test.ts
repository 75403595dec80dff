import { expect, test } from 'vitest'
import { parseBounds, widthAtRate } from './partitions.ts'

test('bounds are read as PostgreSQL prints them', () => {
  expect(parseBounds('DEFAULT')).toEqual({ isDefault: true, from: null, upto: null })
  expect(parseBounds("FOR VALUES FROM (MINVALUE) TO ('1000000')")).toEqual({
    isDefault: false,
    from: null,
    upto: 1_000_000,
  })
  expect(parseBounds("FOR VALUES FROM ('4294967296') TO ('8589934592')")).toMatchObject({
    from: 2 ** 32,
    upto: 2 ** 33,
  })
  expect(() => parseBounds("FOR VALUES IN ('1')")).toThrow('not a range of transactions')
})

const DAY_MS = 24 * 3_600_000
const KEPT = { retentionMs: 30 * DAY_MS, maxChanges: 8_000_000 }

test.each([
  [
    'a change per transaction: an eighth of what is kept',
    { transactions: 1e6, changes: 1e6, ms: DAY_MS },
    1_000_000,
  ],
  ['ten changes per transaction: a tenth of that', { transactions: 1e5, changes: 1e6, ms: DAY_MS }, 100_000],
  [
    'a quiet log on a busy server: an eighth of the time',
    { transactions: 1e6, changes: 10, ms: DAY_MS / 24 },
    90_000_000,
  ],
  [
    'an idle server: never narrower than 10,000',
    { transactions: 100, changes: 100, ms: 30 * DAY_MS },
    10_000,
  ],
  ['nothing known', null, 1_000_000],
])('the width of a partition at %s', (_name, rate, width) => {
  expect(widthAtRate(rate, KEPT)).toBe(width)
})

import { expect, test } from 'vitest'
import { createBucketTable, createTokenBucket } from './token-bucket.ts'

test('a bucket gives its burst at once, then says how long to wait', () => {
  const bucket = createTokenBucket({ perSecond: 10, burst: 3 })

  expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 0])
  expect(bucket.take(0)).toBe(100)
  expect(bucket.take(100)).toBe(0)
})

test('a clock that goes back gives nothing', () => {
  const bucket = createTokenBucket({ perSecond: 10, burst: 1 })

  expect(bucket.take(1_000)).toBe(0)
  expect(bucket.take(0)).toBe(100)
})

test('a table forgets buckets that are full again', () => {
  const table = createBucketTable({ perSecond: 1_000, burst: 1 })

  for (let index = 0; index < 50_000; index++) table.take(`address ${index}`, index)

  expect(table.size).toBeLessThan(20_001)
})

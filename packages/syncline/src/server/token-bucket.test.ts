import { expect, test } from 'vitest'
import { bucketWaitMs, createBucketTable, drawnBucket, FULL_BUCKET } from './token-bucket.ts'

/** Takes from one bucket at these times; the waits. */
function takeAt(rate: { perSecond: number; burst: number }, ...timesMs: number[]): number[] {
  let bucket = FULL_BUCKET
  return timesMs.map((nowMs) => {
    const waitMs = bucketWaitMs(rate, bucket, nowMs)
    if (waitMs === 0) bucket = drawnBucket(rate, bucket, nowMs)
    return waitMs
  })
}

test('a bucket gives its burst at once, then says how long to wait', () => {
  expect(takeAt({ perSecond: 10, burst: 3 }, 0, 0, 0, 0, 100)).toEqual([0, 0, 0, 100, 0])
})

test('a clock that goes back gives nothing', () => {
  expect(takeAt({ perSecond: 10, burst: 1 }, 1_000, 0)).toEqual([0, 100])
})

test('a bucket whose tokens come in fractions of a millisecond gives exactly its burst', () => {
  const waits = takeAt({ perSecond: 3_000, burst: 1_000 }, ...Array.from({ length: 1_001 }, () => 123.456))

  expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(1_000)
  expect(waits.at(-1)).toBe(1)
})

test('more than a bucket holds takes a full bucket', () => {
  const rate = { perSecond: 10, burst: 3 }

  expect(bucketWaitMs(rate, FULL_BUCKET, 0, 50)).toBe(0)
  expect(drawnBucket(rate, FULL_BUCKET, 0, 50)).toBe(300)
  expect(bucketWaitMs(rate, 100, 0, 50)).toBe(100)
})

test('a table forgets buckets that are full again', () => {
  const table = createBucketTable({ perSecond: 1_000, burst: 1 })

  for (let index = 0; index < 50_000; index++) table.take(`address ${index}`, index)

  expect(table.size).toBeLessThan(20_001)
})

test('a rate of nothing gives its burst, and then nothing', () => {
  const rate = { perSecond: 0, burst: 2 }
  const table = createBucketTable(rate)

  const waits = [0, 1, 1_000_000, 2_000_000].map((nowMs) => table.take('ana', nowMs))

  expect(waits.slice(0, 2)).toEqual([0, 0])
  for (const waitMs of waits.slice(2)) expect(waitMs).toBeGreaterThan(1e9)
})

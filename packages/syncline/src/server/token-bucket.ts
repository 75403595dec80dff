/** Token buckets: how often something may happen, with a burst; the clock is a parameter. */
import type { Rate } from './limits.ts'

/** A bucket that starts full. */
export interface TokenBucket {
  /** Takes one token: 0 when there was one, else the time until there will be, in ms. */
  take(nowMs: number): number
  /** True when nothing was taken for so long that the bucket is full again. */
  isFull(nowMs: number): boolean
}

/** Creates a full bucket. */
export function createTokenBucket(rate: Rate): TokenBucket {
  let tokens = rate.burst
  let atMs = -Infinity
  const refill = (nowMs: number) => {
    if (nowMs > atMs) tokens = Math.min(rate.burst, tokens + ((nowMs - atMs) / 1_000) * rate.perSecond)
    atMs = Math.max(atMs, nowMs)
  }
  return {
    take(nowMs) {
      refill(nowMs)
      if (tokens < 1) return Math.ceil(((1 - tokens) / rate.perSecond) * 1_000)
      tokens -= 1
      return 0
    },
    isFull(nowMs) {
      refill(nowMs)
      return tokens >= rate.burst
    },
  }
}

/** Buckets by key (a user, an address); full ones are forgotten, so that strangers cannot make them grow. */
export interface BucketTable {
  take(key: string, nowMs: number): number
  readonly size: number
}

/** Most keys remembered before full buckets are looked for. */
const SWEEP_AT = 10_000

export function createBucketTable(rate: Rate): BucketTable {
  const buckets = new Map<string, TokenBucket>()
  let sweepAt = SWEEP_AT
  const sweep = (nowMs: number) => {
    for (const [key, bucket] of buckets) if (bucket.isFull(nowMs)) buckets.delete(key)
    sweepAt = Math.max(SWEEP_AT, buckets.size * 2)
  }
  return {
    take(key, nowMs) {
      if (buckets.size >= sweepAt) sweep(nowMs)
      const bucket = buckets.get(key) ?? createTokenBucket(rate)
      buckets.set(key, bucket)
      return bucket.take(nowMs)
    },
    get size() {
      return buckets.size
    },
  }
}

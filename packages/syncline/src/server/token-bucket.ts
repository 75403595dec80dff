/** Token buckets: how often something may happen, with a burst; the clock is a parameter. */
import type { Rate } from './limits.ts'

/** A bucket that starts full. */
export interface TokenBucket {
  /**
   * Takes `amount` tokens: 0 when there were so many, else the time until there will be, in ms. More than a full bucket
   * holds takes a full bucket. `amount` is 1 by default.
   */
  take(nowMs: number, amount?: number): number
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
    take(nowMs, amount = 1) {
      refill(nowMs)
      const taken = Math.min(amount, rate.burst)
      if (tokens < taken) return Math.ceil(((taken - tokens) / rate.perSecond) * 1_000)
      tokens -= taken
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
  take(key: string, nowMs: number, amount?: number): number
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
    take(key, nowMs, amount) {
      if (buckets.size >= sweepAt) sweep(nowMs)
      const bucket = buckets.get(key) ?? createTokenBucket(rate)
      buckets.set(key, bucket)
      return bucket.take(nowMs, amount)
    },
    get size() {
      return buckets.size
    },
  }
}

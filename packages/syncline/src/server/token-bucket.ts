/**
 * Token buckets: how often something may happen, with a burst; the clock is a parameter.
 *
 * A bucket is one number, the time (ms) at which it is full again: every connection has several.
 */
import type { Rate } from './limits.ts'

/** A bucket from which nothing was taken yet. */
export const FULL_BUCKET = 0

/** The time in which a rate of nothing gives a token, in ms: longer than any process lives, and still a number. */
const NEVER_MS = 1e12

function everyMsOf({ perSecond }: Rate): number {
  return Math.min(1_000 / perSecond, NEVER_MS)
}

/** Time until there are `amount` tokens, in ms: 0 when there are. More than a full bucket holds waits for a full bucket. */
export function bucketWaitMs(rate: Rate, fullAtMs: number, nowMs: number, amount = 1): number {
  const everyMs = everyMsOf(rate)
  const taken = Math.min(amount, rate.burst)
  // Sums of fractions of a millisecond: what is missing by a millionth is there.
  const waitMs = fullAtMs - nowMs - (rate.burst - taken) * everyMs - 1e-6
  // A clock that goes back gives nothing, and costs nothing either.
  return waitMs <= 0 ? 0 : Math.ceil(Math.min(waitMs, taken * everyMs))
}

/** The bucket after `amount` tokens were taken, or all that a full one holds. */
export function drawnBucket(rate: Rate, fullAtMs: number, nowMs: number, amount = 1): number {
  return Math.max(fullAtMs, nowMs) + Math.min(amount, rate.burst) * everyMsOf(rate)
}

/** Buckets by key (a user, an address); full ones are forgotten, so that strangers cannot make them grow. */
export interface BucketTable {
  /** Takes `amount` tokens, 1 by default: 0 when there were so many, else the time until there will be, in ms. */
  take(key: string, nowMs: number, amount?: number): number
  readonly size: number
}

/** Most keys remembered before full buckets are looked for. */
const SWEEP_AT = 10_000

export function createBucketTable(rate: Rate): BucketTable {
  const buckets = new Map<string, number>()
  let sweepAt = SWEEP_AT
  const sweep = (nowMs: number) => {
    for (const [key, fullAtMs] of buckets) if (fullAtMs <= nowMs) buckets.delete(key)
    sweepAt = Math.max(SWEEP_AT, buckets.size * 2)
  }
  return {
    take(key, nowMs, amount) {
      if (buckets.size >= sweepAt) sweep(nowMs)
      const fullAtMs = buckets.get(key) ?? FULL_BUCKET
      const waitMs = bucketWaitMs(rate, fullAtMs, nowMs, amount)
      if (waitMs === 0) buckets.set(key, drawnBucket(rate, fullAtMs, nowMs, amount))
      return waitMs
    },
    get size() {
      return buckets.size
    },
  }
}

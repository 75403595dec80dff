/** A clock that a test moves: timers run in order of their time, and everything between two timers has settled. */

export interface TestClock {
  now(): number
  after(delayMs: number, callback: () => void): () => void
  /** Lets this much time pass; runs what is due on the way. */
  advance(ms: number): Promise<void>
  /** Lets promises settle without moving the time. */
  settle(): Promise<void>
  /** Timers that wait. */
  readonly waiting: number
}

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/** Starts at a fixed time, so that a seed repeats a run to the letter. */
export function testClock(startAt = Date.UTC(2026, 0, 1)): TestClock {
  const timers = new Set<Timer>()
  let now = startAt
  let order = 0
  return {
    now: () => now,
    after(delayMs, callback) {
      const timer = { at: now + Math.max(0, delayMs), order: order++, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    async advance(ms) {
      const end = now + ms
      await settle()
      for (let timer = earliest(timers, end); timer; timer = earliest(timers, end)) {
        timers.delete(timer)
        now = Math.max(now, timer.at)
        timer.callback()
        await settle()
      }
      now = end
    },
    settle,
    get waiting() {
      return timers.size
    },
  }
}

function earliest(timers: ReadonlySet<Timer>, end: number): Timer | undefined {
  let first: Timer | undefined
  for (const timer of timers) {
    if (
      timer.at <= end &&
      (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
    ) {
      first = timer
    }
  }
  return first
}

/** All promises that can settle have settled when the next turn of the event loop begins. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A clock that a test moves. */
export function manualClock() {
  let now = 0
  const timers = new Set<{ at: number; callback: () => void }>()
  return {
    now: () => now,
    after(delayMs: number, callback: () => void) {
      const timer = { at: now + delayMs, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    waiting: () => [...timers],
    advance(ms: number) {
      now += ms
      for (const timer of [...timers].filter((each) => each.at <= now)) {
        if (timers.delete(timer)) timer.callback()
      }
    },
  }
}

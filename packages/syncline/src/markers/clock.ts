/** Time as a parameter: the page's own clock, or one that a test moves. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back once after `delayMs`; returns the function that prevents it. */
  after(delayMs: number, callback: () => void): () => void
}

/** The clock of the machine. Timers are looked up at each call, so that a test may replace them. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Time as a parameter: the device's own clock, or one that a test moves. */

/** What the client needs of time. Timers are used by the session only. */
export interface Clock {
  /** Milliseconds since 1970; for display, ages and ids, never for ordering writes. */
  now(): number
  /** Calls back once after `delayMs`; returns the function that prevents it. */
  after(delayMs: number, callback: () => void): () => void
}

/** The clock of the machine. A waiting client keeps a Node process alive until it is closed. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

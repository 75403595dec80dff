/**
 * Holds a "no" back, so that its time says nothing about its reason.
 *
 *   A3 silent   unknown, missing, forbidden and unparsable leave 25 ms after they arrived
 */

/** Time from receipt to a negative answer, in ms. */
const NEGATIVE_ANSWER_MS = 25

/** Resolves 25 ms after `receivedAtMs` (of `performance.now()`), or on the next multiple of 25 ms when it is late. */
export function untilNegativeAnswer(receivedAtMs: number, nowMs = performance.now()): Promise<void> {
  const elapsed = Math.max(0, nowMs - receivedAtMs)
  // A slow database must not tell the reasons apart either: late answers leave on the same grid.
  const dueMs = Math.max(1, Math.ceil(elapsed / NEGATIVE_ANSWER_MS)) * NEGATIVE_ANSWER_MS
  // Node counts whole milliseconds from one that has begun: a timer may come almost one early.
  return new Promise((resolve) => setTimeout(resolve, Math.ceil(dueMs - elapsed) + 1))
}

/** Waits between tries: they grow, and are random, so that pages of one failure do not return together. */

const LONGEST_MS = 30_000

/** Full jitter: anywhere between nothing and a bound that doubles, up to 30 s. */
export function delayBefore(failures: number, minDelayMs: number, random: () => number): number {
  return random() * Math.min(LONGEST_MS, minDelayMs * 2 ** (failures - 1))
}

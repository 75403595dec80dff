/** How long to wait before the next attempt to connect. */
import type { Random } from '../new-id.ts'

export interface ReconnectOptions {
  /** Upper bound of the first wait, in ms. @default 1_000 */
  readonly minMs?: number
  /** Upper bound of any wait, in ms. @default 30_000 */
  readonly maxMs?: number
  /** Failures in a row after which the device gives up until told otherwise. @default Infinity */
  readonly attempts?: number
}

export const DEFAULT_RECONNECT: Required<ReconnectOptions> = {
  minMs: 1_000,
  maxMs: 30_000,
  attempts: Number.POSITIVE_INFINITY,
}

/** Full jitter: anywhere between nothing and a bound that doubles, so that devices do not return together. */
export function backoffMs(
  failures: number,
  { minMs, maxMs }: Required<ReconnectOptions>,
  random: Random,
): number {
  const bound = Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30))
  return Math.floor(random() * bound)
}

/** Who waits until certain transactions have been handed on. */
import type { SnapshotText } from '../log-row.ts'
import { isVisible } from './cursor.ts'

interface Waiter {
  readonly xids: readonly string[]
  readonly promise: Promise<void>
  readonly resolve: () => void
}

/** Whether a position has passed all these transactions. */
export function hasPassed(position: SnapshotText, xids: readonly string[]): boolean {
  return xids.every((xid) => isVisible(xid, position))
}

export class Waiters {
  /** A group commit makes many wait for the same transactions. */
  readonly #waiting = new Map<string, Waiter>()

  /** Resolves when a position has passed all these transactions. */
  wait(xids: readonly string[], position: SnapshotText): Promise<void> {
    if (hasPassed(position, xids)) return Promise.resolve()
    const key = xids.join()
    const known = this.#waiting.get(key)
    if (known) return known.promise
    let resolve = () => {}
    const promise = new Promise<void>((resolved) => (resolve = resolved))
    this.#waiting.set(key, { xids, promise, resolve })
    return promise
  }

  passed(position: SnapshotText): void {
    for (const [key, { xids, resolve }] of this.#waiting) {
      if (!hasPassed(position, xids)) continue
      this.#waiting.delete(key)
      resolve()
    }
  }

  /** The log goes on from elsewhere, and everything is loaded again. */
  release(): void {
    for (const { resolve } of this.#waiting.values()) resolve()
    this.#waiting.clear()
  }
}

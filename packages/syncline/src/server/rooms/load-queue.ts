/**
 * First loads, at most two at a time, and one for everybody who asks for a room before it has begun.
 *
 * A load is read and encoded whole, then sent at each connection's own pace: a slow phone never holds a transaction.
 */
import type { SnapshotText } from '../../postgres/log-row.ts'
import type { Frame } from '../frames/frame.ts'

/** A room as it was at one snapshot, encoded for everybody. */
export interface Load {
  readonly snapshot: SnapshotText
  /** The sealed cursor of that snapshot; it stands in the last frame too. */
  readonly cursor: string
  readonly frames: readonly Frame[]
}

const LOADS_AT_ONCE = 2

export class LoadQueue {
  readonly #waiting = new Map<string, Promise<Load>>()
  #running = 0
  readonly #turns: (() => void)[] = []

  /** Loads the channel, or joins a load that has not begun. */
  load(channel: string, read: () => Promise<Load>): Promise<Load> {
    const known = this.#waiting.get(channel)
    if (known) return known
    const load = this.#turn().then(() => {
      this.#waiting.delete(channel)
      return read().finally(() => this.#next())
    })
    this.#waiting.set(channel, load)
    return load
  }

  #turn(): Promise<void> {
    if (this.#running < LOADS_AT_ONCE) {
      this.#running++
      // The rest of this turn may still ask for the same channel.
      return Promise.resolve()
    }
    return new Promise((resolve) => this.#turns.push(resolve))
  }

  #next(): void {
    const turn = this.#turns.shift()
    if (turn) turn()
    else this.#running--
  }
}

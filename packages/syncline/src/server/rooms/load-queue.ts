/**
 * First loads, at most two at a time, and one for everybody who asks for a room before it has begun.
 *
 * A load is read at the database's pace and sent at each connection's own: a slow phone never holds a transaction.
 */
import type { SnapshotText } from '../../postgres/log-row.ts'
import type { Frame } from '../frames/frame.ts'

/** A room as it was at one snapshot, encoded for everybody; some of it may still be read. */
export interface Load {
  readonly snapshot: SnapshotText
  /** The sealed cursor of that snapshot; it stands in the last frame too. */
  readonly cursor: string
  readonly frames: Iterable<Frame> | AsyncIterable<Frame>
  /** Settles when all of it was read, or cannot be; absent when it is. */
  readonly reading?: Promise<void>
}

const LOADS_AT_ONCE = 2

/** What is queued: loads, or `null` for what turned out not to be one. */
export class LoadQueue<L extends Load | null = Load> {
  readonly #waiting = new Map<string, Promise<L>>()
  #running = 0
  readonly #turns: (() => void)[] = []

  /** Loads the channel, or joins a load that has not begun. */
  load(channel: string, read: () => Promise<L>): Promise<L> {
    const known = this.#waiting.get(channel)
    if (known) return known
    const load = this.#turn().then(async () => {
      this.#waiting.delete(channel)
      const begun = read()
      void begun
        .then((load) => load?.reading)
        .catch(() => {})
        .finally(() => this.#next())
      return begun
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

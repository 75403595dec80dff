/**
 * Naps of the load generator: between two turns of its event loop it lets sockets fill, and reads each of them once for
 * several messages.
 *
 * What a read costs hardly depends on how much it brings, and throughput does not depend on when. A nap ends before a
 * server could notice it, while each socket holds much less than it may before its sender has to wait.
 */

/** Longest nap, in ms. */
const LONGEST_MS = 8
const SHORTEST_MS = 0.25
/** Naps become longer while a turn has less to read than both, and shorter when it has twice as much as one of them. */
const OF_ONE_SOCKET = 8_192
const OF_ALL = 4 * 2 ** 20

const clock = new Int32Array(new SharedArrayBuffer(4))

/** What there was to read in one turn, in bytes. */
export interface Catch {
  ofAll: number
  mostOfOne: number
}

export class Naps {
  #isOn = false
  #isDue = false
  #caught: Catch = { ofAll: 0, mostOfOne: 0 }
  #ms = 0

  /** Begins to nap. */
  begin(): void {
    this.#isOn = true
    this.#ms = 0
  }

  end(): void {
    this.#isOn = false
  }

  /** Called with each read; the nap follows when all others of this turn are done. */
  note(bytes: number): void {
    const caught = this.#caught
    caught.ofAll += bytes
    if (bytes > caught.mostOfOne) caught.mostOfOne = bytes
    if (this.#isDue || !this.#isOn) return
    this.#isDue = true
    setImmediate(() => this.#nap())
  }

  #nap(): void {
    this.#ms = nextNapMs(this.#ms, this.#caught)
    this.#caught = { ofAll: 0, mostOfOne: 0 }
    this.#isDue = false
    if (this.#ms > 0) Atomics.wait(clock, 0, 0, this.#ms)
  }
}

/** How long the next nap is, by how long the last one was and what there was to read after it. */
export function nextNapMs(lastMs: number, { ofAll, mostOfOne }: Readonly<Catch>): number {
  const share = Math.max(ofAll / OF_ALL, mostOfOne / OF_ONE_SOCKET)
  if (share < 1) return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, lastMs * 2))
  if (share < 2) return lastMs
  return lastMs > SHORTEST_MS ? lastMs / 2 : 0
}

/** The work's answer; rejects after `ms` without one. What becomes of the work then is nobody's error. */
export function withinTime<T>(work: Promise<T>, ms: number): Promise<T> {
  // One promise, where `Promise.race` and `finally` take six: the tail reads so for each wake-up (`bench`: G3).
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late(ms)), ms)
    const settled = () => clearTimeout(timer)
    work.then(resolve, reject)
    work.then(settled, settled)
  })
}

/** `withinTime` for one work after the other, each within the same time: one timer looks after all of them. */
export class Patience {
  readonly #ms: number
  #dueMs = 0
  /** Of the last work; of no effect when that was answered. */
  #giveUp: ((error: Error) => void) | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(ms: number) {
    this.#ms = ms
  }

  /** The work's answer; rejects after the time without one. The work before has been answered. */
  await<T>(work: Promise<T>): Promise<T> {
    this.#dueMs = performance.now() + this.#ms
    if (this.#timer === undefined) this.#lookIn(this.#ms)
    return new Promise((resolve, reject) => {
      this.#giveUp = reject
      work.then(resolve, reject)
    })
  }

  #lookIn(ms: number): void {
    // The connection keeps the process, while it has an answer to give.
    this.#timer = setTimeout(() => this.#look(), Math.ceil(ms)).unref()
  }

  #look(): void {
    this.#timer = undefined
    const leftMs = this.#dueMs - performance.now()
    if (leftMs > 0) return this.#lookIn(leftMs)
    this.#giveUp?.(late(this.#ms))
    this.#giveUp = undefined
  }
}

function late(ms: number): Error {
  return new Error(`The database did not answer within ${ms} ms.`)
}

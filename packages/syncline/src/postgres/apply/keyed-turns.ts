/** Turns by key: work with the same key waits for each other, in order. */

type Pass = () => void

export class KeyedTurns {
  /** Who waits behind the work under way. */
  readonly #lines = new Map<string, Pass[]>()

  async inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const line = this.#lines.get(key)
    // Mostly nobody is there, and there is nothing to wait for (`bench`: G1).
    if (line) await new Promise<void>((resolve) => line.push(resolve))
    else this.#lines.set(key, [])
    try {
      return await work()
    } finally {
      const next = this.#lines.get(key)?.shift()
      if (next) next()
      else this.#lines.delete(key)
    }
  }
}

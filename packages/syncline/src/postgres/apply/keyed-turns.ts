/** Turns by key: work with the same key waits for each other, in order. */

type Pass = () => void

export class KeyedTurns {
  /** Who waits behind the work under way. */
  readonly #lines = new Map<string, Pass[] | null>()

  /** Takes a turn, or a place in the line for it: then resolves when it has come. Who took it must pass it on. */
  take(key: string): Promise<void> | undefined {
    const line = this.#lines.get(key)
    // Mostly nobody is there, and there is nothing to wait for (`bench`: G1).
    if (line === undefined) {
      this.#lines.set(key, null)
      return undefined
    }
    return new Promise<void>((resolve) => {
      if (line) line.push(resolve)
      else this.#lines.set(key, [resolve])
    })
  }

  /** Ends a turn: the next in line has theirs. */
  pass(key: string): void {
    const next = this.#lines.get(key)?.shift()
    if (next) next()
    else this.#lines.delete(key)
  }

  async inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    await this.take(key)
    try {
      return await work()
    } finally {
      this.pass(key)
    }
  }
}

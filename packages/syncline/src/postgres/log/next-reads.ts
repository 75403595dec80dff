/** Who waits for a read of the log that begins after they asked. */

interface Waiting {
  /** Reads that had begun when it was asked for: one of these may have begun before. */
  readonly begun: number
  readonly resolve: () => void
}

export class NextReads {
  #begun = 0
  #waiting: Waiting[] = []

  /** Resolves when a read has ended that begins after this call. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ begun: this.#begun, resolve }))
  }

  /** A read begins; answers its number, for `end`. */
  begin(): number {
    return ++this.#begun
  }

  /** A read was handed on whole. */
  end(number: number): void {
    const waiting = this.#waiting
    this.#waiting = waiting.filter(({ begun }) => begun >= number)
    for (const { begun, resolve } of waiting) if (begun < number) resolve()
  }
}

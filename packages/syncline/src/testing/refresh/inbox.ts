/** What a test connection was sent, and waiting for what it is to be sent. */

/** A frame of the cable, read. */
export interface CableFrame {
  readonly identifier?: string
  readonly type?: string
  readonly message?: Readonly<Record<string, unknown>>
  readonly error?: string
}

/** How long an answer is waited for, in ms. */
const ANSWER_WITHIN_MS = 10_000

export class Inbox {
  readonly frames: CableFrame[] = []
  #waiting: (() => void)[] = []

  put(text: string): void {
    this.frames.push(JSON.parse(text))
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** The first frame from `from` on that fits; throws when none comes. */
  async next(fits: (frame: CableFrame) => boolean, from: number): Promise<CableFrame> {
    const deadlineMs = performance.now() + ANSWER_WITHIN_MS
    for (;;) {
      const found = this.frames.slice(from).find(fits)
      if (found) return found
      const leftMs = deadlineMs - performance.now()
      if (leftMs <= 0) {
        throw new Error(
          `No answer came within ${ANSWER_WITHIN_MS} ms. What came: ${JSON.stringify(this.frames.slice(from))}. Is the database there, and sync.ready resolved?`,
        )
      }
      await this.#somethingWithin(leftMs)
    }
  }

  #somethingWithin(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}

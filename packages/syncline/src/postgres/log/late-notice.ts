/** Tells other programs of commits that notified nobody: soon after, and of many at once. */

/** Longest that they wait, in ms. A notification costs a tenth of a ms of every program that listens. */
const WITHIN_MS = 20

export class LateNotice {
  readonly #send: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(send: () => void) {
    this.#send = send
  }

  /** Something was committed in silence. */
  note(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#send()
    }, WITHIN_MS)
  }

  /** Sends at once what is due. */
  close(): void {
    if (!this.#timer) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#send()
  }
}

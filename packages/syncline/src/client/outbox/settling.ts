/**
 * When the overlay may drop acknowledged ops: an ack stands behind the frames of joined channels, but a channel
 * that is still catching up has its part of them yet to come.
 */
export class Settling {
  #waiting: { readonly through: number; readonly channels: Set<string> }[] = []
  /** Ops up to this number were dropped, but for those that a channel may bring that could not be read. */
  #dropped = 0
  readonly #drop: (through: number) => void

  constructor(drop: (through: number) => void) {
    this.#drop = drop
  }

  /** Ops up to this number are acknowledged; these channels have not caught up. */
  add(through: number, channels: readonly string[]): void {
    this.#waiting.push({ through, channels: new Set(channels) })
    this.answered()
  }

  /** A channel caught up, or will not. */
  answered(channel = ''): void {
    this.#waiting = this.#waiting.filter(({ channels, through }) => {
      channels.delete(channel)
      if (channels.size === 0) this.#dropped = Math.max(this.#dropped, through)
      return channels.size > 0
    })
    if (this.#dropped > 0) this.#drop(this.#dropped)
  }

  /** The connection ended: the next one acknowledges again. */
  clear(): void {
    this.#waiting = []
    this.#dropped = 0
  }
}

/**
 * Channels that were left on this connection. What was under way when one was left still arrives, and nothing in it says
 * of which join it is: until the server has answered a ping that was sent after the `leave`, the channel is not asked
 * for again, and what comes of it is not taken (L4).
 */
export class LeftChannels {
  readonly #channels = new Set<string>()
  /** Those that no ping was sent for. */
  #unasked: string[] = []

  has(channel: string): boolean {
    return this.#channels.has(channel)
  }

  /** `ping` calls back when the server has answered; those that are left in one turn share one. */
  add(channel: string, ping: (then: () => void) => void, onEnded: () => void): void {
    this.#channels.add(channel)
    this.#unasked.push(channel)
    queueMicrotask(() => {
      const ended = this.#unasked.splice(0)
      if (ended.length === 0) return
      ping(() => {
        for (const each of ended) this.#channels.delete(each)
        onEnded()
      })
    })
  }

  /** Forgets all, and answers which there were. */
  clear(): readonly string[] {
    const channels = [...this.#channels]
    this.#channels.clear()
    this.#unasked = []
    return channels
  }
}

/** The open sockets of one gateway: looked after every second, and waited for at the end. */
import { Roster, type Seated } from '../server/roster.ts'

interface OpenSocket extends Seated {
  /** Looks after a socket that is silent or does not read. */
  check(nowMs: number): void
  /** Ends at once, without a word. */
  destroy(): void
}

/** How often sockets are looked after, in ms. */
const CHECK_EVERY_MS = 1_000

export class OpenSockets<S extends OpenSocket> {
  readonly #sockets = new Roster<S>()
  readonly #checking: NodeJS.Timeout
  #onLastEnd = () => {}

  constructor() {
    this.#checking = setInterval(() => {
      const nowMs = performance.now()
      this.#sockets.forEach((socket) => socket.check(nowMs))
    }, CHECK_EVERY_MS).unref()
  }

  get size(): number {
    return this.#sockets.size
  }

  [Symbol.iterator](): IterableIterator<S> {
    return this.#sockets[Symbol.iterator]()
  }

  add(socket: S): void {
    this.#sockets.add(socket)
  }

  delete(socket: S): void {
    if (this.#sockets.delete(socket) && this.#sockets.size === 0) this.#onLastEnd()
  }

  /** Resolves when all are closed; what is open after `graceMs` is cut. */
  async close(graceMs: number): Promise<void> {
    clearInterval(this.#checking)
    if (this.#sockets.size > 0) {
      let timer: NodeJS.Timeout | undefined
      const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)))
      await Promise.race([grace, new Promise<void>((resolve) => (this.#onLastEnd = resolve))])
      clearTimeout(timer)
    }
    for (const socket of this.#sockets) socket.destroy()
  }
}

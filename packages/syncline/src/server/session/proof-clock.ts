/**
 * One timer for the proofs of all connections, set to what is due first.
 *
 * Times are whole ms since the clock was made: small numbers, of which each connection keeps some.
 */
import type { Limits } from '../limits.ts'
import type { Logger } from '../logger.ts'

/** What is watched. */
interface Watched {
  /** Does what is due, and says when it wants to be asked again. */
  tick(nowMs: number): number
}

/** Shortest time between two looks at all, in ms: they may be many, and each due at another moment. */
const LOOK_EVERY_MS = 500
/** Longest wait for a look, in ms: a clock that is set changes what is due. */
const LONGEST_WAIT_MS = 60_000

export class ProofClock {
  readonly log: Logger
  readonly #limits: Pick<Limits, 'expiryGraceMs'>
  readonly #watched: () => Iterable<Watched>
  readonly #madeAtMs = Date.now()
  #timer: NodeJS.Timeout | undefined
  #dueAtMs = Infinity
  #lookedAtMs = -Infinity

  constructor(limits: Pick<Limits, 'expiryGraceMs'>, log: Logger, watched: () => Iterable<Watched>) {
    this.#limits = limits
    this.log = log
    this.#watched = watched
  }

  /** Now, by this clock. */
  nowMs(): number {
    return Date.now() - this.#madeAtMs
  }

  /** When a connection ends whose proof expires at a time in ms since 1970, by this clock. */
  endOf(expiresAtMs: number): number {
    return expiresAtMs + this.#limits.expiryGraceMs - this.#madeAtMs
  }

  /** Looks at everything again at this time, or earlier. */
  wakeAt(atMs: number): void {
    if (!(atMs < this.#dueAtMs)) return
    this.#dueAtMs = atMs
    clearTimeout(this.#timer)
    // By the clock that nobody sets: one that is set back would put off the next look.
    const restMs = this.#lookedAtMs + LOOK_EVERY_MS - performance.now()
    const waitMs = Math.min(Math.max(atMs - this.nowMs(), restMs), LONGEST_WAIT_MS)
    this.#timer = setTimeout(() => this.#look(), Math.max(0, waitMs))
  }

  #look(): void {
    const nowMs = this.nowMs()
    this.#dueAtMs = Infinity
    this.#lookedAtMs = performance.now()
    let nextMs = Infinity
    for (const watched of this.#watched()) nextMs = Math.min(nextMs, this.#tick(watched, nowMs))
    this.wakeAt(nextMs)
  }

  /** One that fails does not keep the others from their turn. */
  #tick(watched: Watched, nowMs: number): number {
    try {
      return watched.tick(nowMs)
    } catch (error) {
      this.log.error({ error: String(error) }, 'A proof could not be looked at.')
      return nowMs + LOOK_EVERY_MS
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#dueAtMs = -Infinity
  }
}

/**
 * Watches what proved who a connection is: a token that expires, a stored session that is deleted (A2, E8).
 *
 * What expires ends after a short grace; a stored session is looked up every minute, and when the log shows a change
 * of its table; what has changed of its user counts from then on.
 */
import type { User } from '../../protocol/user.ts'
import type { Identity } from '../identity.ts'
import type { ProofClock } from './proof-clock.ts'

/** How often a stored session is looked up again, in ms. */
const LOOK_EVERY_MS = 60_000

export abstract class ProofWatch {
  readonly #clock: ProofClock
  #identity: Identity | undefined
  /** When the stored session is looked up again, by the clock; 0 when there is none. */
  #lookAtMs = 0

  constructor(clock: ProofClock) {
    this.#clock = clock
  }

  /** The time of the proof is over, and the grace after it. */
  protected abstract onExpired(): void
  /** The stored session is gone. */
  protected abstract onEnded(): void
  /** The user has other properties than the identity says: another role, another name. */
  protected abstract onChanged(user: User): void

  /** Watches this identity, and no longer the one before it. */
  begin(identity: Identity): void {
    this.#identity = identity
    const isStored = (identity.current ?? identity.isStillValid) !== undefined
    this.#lookAtMs = isStored ? this.#clock.nowMs() + LOOK_EVERY_MS : 0
    this.#clock.wakeAt(this.#dueAtMs(identity))
  }

  end(): void {
    this.#identity = undefined
  }

  /** Does what is due, and says when it wants to be asked again. */
  tick(nowMs: number): number {
    const identity = this.#identity
    if (!identity) return Infinity
    if (nowMs >= this.#expiresAtMs(identity)) {
      this.onExpired()
      return Infinity
    }
    if (this.#lookAtMs > 0 && nowMs >= this.#lookAtMs) {
      this.#lookAtMs = nowMs + LOOK_EVERY_MS
      this.lookUp()
    }
    return this.#dueAtMs(identity)
  }

  #dueAtMs(identity: Identity): number {
    return Math.min(this.#expiresAtMs(identity), this.#lookAtMs || Infinity)
  }

  #expiresAtMs({ expiresAtMs }: Identity): number {
    if (expiresAtMs === undefined) return Infinity
    // A time that is none proves nothing.
    return Number.isNaN(expiresAtMs) ? -Infinity : this.#clock.endOf(expiresAtMs)
  }

  /** Asks whether the stored session still exists. */
  lookUp(): void {
    if (this.#identity) void this.#lookUp(this.#identity)
  }

  async #lookUp(identity: Identity): Promise<void> {
    try {
      const user = await currentUser(identity)
      if (this.#identity !== identity) return
      if (user?.id !== identity.user.id) this.onEnded()
      else if (JSON.stringify(user) !== JSON.stringify(identity.user)) {
        this.#identity = { ...identity, user }
        this.onChanged(user)
      }
    } catch (error) {
      // Not knowing is not a no: the database may be away. It is asked again.
      this.#clock.log.warn({ error: String(error) }, 'A session could not be looked up.')
    }
  }
}

/** What a watch of its own is told. */
export interface ProofEvents {
  onExpired(): void
  onEnded(): void
  onChanged(user: User): void
}

/** Watches the proof of a connection that has no session. */
export class ReportingWatch extends ProofWatch {
  readonly #events: ProofEvents

  constructor(clock: ProofClock, events: ProofEvents) {
    super(clock)
    this.#events = events
  }

  protected onExpired(): void {
    this.#events.onExpired()
  }

  protected onEnded(): void {
    this.#events.onEnded()
  }

  protected onChanged(user: User): void {
    this.#events.onChanged(user)
  }
}

async function currentUser({ user, current, isStillValid }: Identity): Promise<User | null> {
  if (current) return current()
  return (await isStillValid?.()) === false ? null : user
}

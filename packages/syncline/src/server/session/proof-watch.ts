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

/** A unit of time in which every end is a small whole number, for seven years: others take memory of their own. */
const TENTH_MS = 100
const LATEST_TENTH = 2 ** 31 - 1

/** What is asked whether it still holds. */
class Stored {
  identity: Identity
  /** When, by the clock. */
  lookAtMs: number

  constructor(identity: Identity, lookAtMs: number) {
    this.identity = identity
    this.lookAtMs = lookAtMs
  }
}

export abstract class ProofWatch {
  /** Who it is, with the stored session that says so if one does; null before it is known. */
  #proof: User | Stored | null = null
  /** When it is over, by the clock, in tenths of a second; 0 when time does not end it. */
  #endsAtTenth = 0

  /** Wakes the watch when something is due. */
  protected abstract get clock(): ProofClock
  /** The time of a token is over, and the grace after it. */
  protected abstract onExpired(): void
  /** The stored session is gone. */
  protected abstract onEnded(): void
  /** The user has other properties than the identity says: another role, another name. */
  protected abstract onChanged(user: User): void

  /** Who it is, also after the watch has ended; throws before it has begun. */
  get user(): User {
    if (!this.#proof)
      throw new Error('Nobody has proven yet who this is. Wait until the connection was greeted.')
    return this.#proof instanceof Stored ? this.#proof.identity.user : this.#proof
  }

  /** Whether anybody was watched. */
  protected get hasUser(): boolean {
    return this.#proof !== null
  }

  private get stored(): Stored | null {
    return this.#proof instanceof Stored ? this.#proof : null
  }

  /** Watches this identity, and no longer the one before it. */
  watch(identity: Identity): void {
    this.#endsAtTenth = endOf(this.clock, identity)
    const isStored = (identity.current ?? identity.isStillValid) !== undefined
    this.#proof = isStored ? new Stored(identity, this.clock.nowMs() + LOOK_EVERY_MS) : identity.user
    this.clock.wakeAt(this.dueAtMs)
  }

  endWatch(): void {
    this.#endsAtTenth = 0
    if (this.stored) this.#proof = this.user
  }

  /** Does what is due, and says when it wants to be asked again. */
  tick(nowMs: number): number {
    if (nowMs >= this.endsAtMs) {
      // A session cannot be renewed as a token can.
      if (this.stored?.identity.isSession) this.onEnded()
      else this.onExpired()
      return Infinity
    }
    const { stored } = this
    if (stored && nowMs >= stored.lookAtMs) {
      stored.lookAtMs = nowMs + LOOK_EVERY_MS
      this.lookUp()
    }
    return this.dueAtMs
  }

  private get dueAtMs(): number {
    return Math.min(this.endsAtMs, this.stored?.lookAtMs ?? Infinity)
  }

  private get endsAtMs(): number {
    return this.#endsAtTenth === 0 ? Infinity : this.#endsAtTenth * TENTH_MS
  }

  /** Asks whether the stored session still exists. */
  lookUp(): void {
    const { stored } = this
    if (stored) void this.askStored(stored)
  }

  private async askStored(stored: Stored): Promise<void> {
    const { identity } = stored
    try {
      const user = await currentUser(identity)
      if (this.#proof !== stored || stored.identity !== identity) return
      if (user?.id !== identity.user.id) this.onEnded()
      else if (JSON.stringify(user) !== JSON.stringify(identity.user)) {
        stored.identity = { ...identity, user }
        this.onChanged(user)
      }
    } catch (error) {
      // Not knowing is not a no: the database may be away. It is asked again.
      this.clock.log.warn({ error: String(error) }, 'A session could not be looked up.')
    }
  }
}

/** When a proof is over, in tenths of a second: never before its time, and 0 for one that has none. */
function endOf(clock: ProofClock, { expiresAtMs }: Identity): number {
  if (expiresAtMs === undefined) return 0
  const tenth = Math.ceil(clock.endOf(expiresAtMs) / TENTH_MS)
  // A time that is none proves nothing. What is over already ends at once.
  return tenth >= 1 ? Math.min(tenth, LATEST_TENTH) : 1
}

/** What a watch of its own is told. */
export interface ProofEvents {
  onExpired(): void
  onEnded(): void
  onChanged(user: User): void
}

/** Watches the proof of a connection that has no session. */
export class ReportingWatch extends ProofWatch {
  protected readonly clock: ProofClock
  readonly #events: ProofEvents

  constructor(clock: ProofClock, events: ProofEvents) {
    super()
    this.clock = clock
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

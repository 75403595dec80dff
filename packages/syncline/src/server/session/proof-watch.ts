/**
 * Watches what proved who a connection is: a token that expires, a stored session that is deleted (A2, E8).
 *
 * What expires ends after a short grace; a stored session is looked up every minute, and when the log shows a change
 * of its table; what has changed of its user counts from then on.
 */
import type { User } from '../../protocol/user.ts'
import type { Identity } from '../identity.ts'
import type { Limits } from '../limits.ts'
import type { Logger } from '../logger.ts'

export interface ProofEvents {
  /** The time of the proof is over, and the grace after it. */
  onExpired(): void
  /** The stored session is gone. */
  onEnded(): void
  /** The user has other properties than the identity says: another role, another name. */
  onChanged(user: User): void
}

/** How often a stored session is looked up again, in ms. */
const LOOK_EVERY_MS = 60_000
/** The longest time that a timer can wait. */
const LONGEST_TIMER_MS = 2_147_483_647

export class ProofWatch {
  readonly #limits: Pick<Limits, 'expiryGraceMs'>
  readonly #log: Logger
  readonly #events: ProofEvents
  #identity: Identity | undefined
  #expiry: NodeJS.Timeout | undefined
  #look: NodeJS.Timeout | undefined

  constructor(limits: Pick<Limits, 'expiryGraceMs'>, log: Logger, events: ProofEvents) {
    this.#limits = limits
    this.#log = log
    this.#events = events
  }

  /** Watches this identity, and no longer the one before it. */
  begin(identity: Identity): void {
    this.end()
    this.#identity = identity
    if (identity.expiresAtMs !== undefined) this.#expireAt(identity.expiresAtMs)
    if (identity.current ?? identity.isStillValid)
      this.#look = setInterval(() => this.lookUp(), LOOK_EVERY_MS)
  }

  end(): void {
    clearTimeout(this.#expiry)
    clearInterval(this.#look)
    this.#expiry = undefined
    this.#look = undefined
    this.#identity = undefined
  }

  /** Asks whether the stored session still exists. */
  lookUp(): void {
    if (this.#identity) void this.#lookUp(this.#identity)
  }

  async #lookUp(identity: Identity): Promise<void> {
    try {
      const user = await currentUser(identity)
      if (this.#identity !== identity) return
      if (user?.id !== identity.user.id) this.#events.onEnded()
      else if (JSON.stringify(user) !== JSON.stringify(identity.user)) {
        this.#identity = { ...identity, user }
        this.#events.onChanged(user)
      }
    } catch (error) {
      // Not knowing is not a no: the database may be away. It is asked again.
      this.#log.warn({ error: String(error) }, 'A session could not be looked up.')
    }
  }

  #expireAt(expiresAtMs: number): void {
    const leftMs = expiresAtMs + this.#limits.expiryGraceMs - Date.now()
    // Longer than a timer can wait: look again when it ends.
    const isFar = leftMs > LONGEST_TIMER_MS
    this.#expiry = setTimeout(
      () => (isFar ? this.#expireAt(expiresAtMs) : this.#events.onExpired()),
      Math.max(0, Math.min(leftMs, LONGEST_TIMER_MS)),
    )
  }
}

async function currentUser({ user, current, isStillValid }: Identity): Promise<User | null> {
  if (current) return current()
  return (await isStillValid?.()) === false ? null : user
}

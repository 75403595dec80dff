/**
 * Ends a connection whose proof has ended: a token that expired, a session that was deleted (E8).
 *
 * A token may be renewed in place; cursors and channels stay. What expired ends after a short grace.
 */
import type { Token } from '../../protocol/messages/token.ts'
import type { Identity } from '../identity.ts'
import { errorFrame } from './answers.ts'
import type { Session } from './session.ts'

/** How often a stored session is looked up again, in ms. */
const LOOK_EVERY_MS = 60_000
/** When a renewal under way has surely ended, in ms. */
const RENEW_AGAIN_MS = 1_000
/** The longest time that a timer can wait. */
const LONGEST_TIMER_MS = 2_147_483_647

export class IdentityWatch {
  readonly #session: Session
  #expiry: NodeJS.Timeout | undefined
  #look: NodeJS.Timeout | undefined
  #isRenewing = false

  constructor(session: Session) {
    this.#session = session
  }

  begin(identity: Identity): void {
    this.end()
    if (identity.expiresAtMs !== undefined) this.#expireAt(identity.expiresAtMs)
    if (identity.isStillValid) this.#look = setInterval(() => void this.lookUp(identity), LOOK_EVERY_MS)
  }

  /** Takes a fresh token; a bad one changes nothing, and the old one runs out. */
  async renew({ token }: Token): Promise<void> {
    const session = this.#session
    // One at a time: each may ask the database, and the last one that was sent must be the one that counts.
    if (this.#isRenewing) return session.send(errorFrame('rate_limited', { retryAfterMs: RENEW_AGAIN_MS }))
    this.#isRenewing = true
    try {
      const identity = await session.identify(token)
      if (session.phase !== 'open') return
      if (!identity) return session.send(errorFrame('unauthenticated'))
      if (identity.user.id !== session.identity.user.id) {
        const message =
          'The token belongs to another user than this connection. Open another connection for another user.'
        return session.send(errorFrame('unauthenticated', { message }))
      }
      session.renewIdentity(identity)
      this.begin(identity)
    } catch (error) {
      session.engine.log.warn({ error: String(error) }, 'A token could not be checked.')
      session.send(errorFrame('unavailable', { retryAfterMs: 1_000 }))
    } finally {
      this.#isRenewing = false
    }
  }

  end(): void {
    clearTimeout(this.#expiry)
    clearInterval(this.#look)
    this.#expiry = undefined
    this.#look = undefined
  }

  #expireAt(expiresAtMs: number): void {
    const leftMs = expiresAtMs + this.#session.engine.limits.expiryGraceMs - Date.now()
    // Longer than a timer can wait: look again when it ends.
    const isFar = leftMs > LONGEST_TIMER_MS
    this.#expiry = setTimeout(
      () => (isFar ? this.#expireAt(expiresAtMs) : this.#session.refuse('token_expired')),
      Math.max(0, Math.min(leftMs, LONGEST_TIMER_MS)),
    )
  }

  /** Ends the connection when the session is gone. */
  async lookUp(identity: Identity): Promise<void> {
    try {
      if ((await identity.isStillValid?.()) === false) this.#session.dismiss('session_ended', false)
    } catch (error) {
      // Not knowing is not a no: the database may be away. It is asked again.
      this.#session.engine.log.warn({ error: String(error) }, 'A session could not be looked up.')
    }
  }
}

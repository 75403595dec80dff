/**
 * Ends a session whose proof has ended, and takes a fresh token in its place: cursors and channels stay (E8).
 */
import type { Token } from '../../protocol/messages/token.ts'
import { errorFrame } from './answers.ts'
import { ProofWatch } from './proof-watch.ts'
import type { Session } from './session.ts'
import type { User } from '../../protocol/user.ts'

/** When a renewal under way has surely ended, in ms. */
const RENEW_AGAIN_MS = 1_000

export class IdentityWatch extends ProofWatch {
  readonly #session: Session
  #isRenewing = false

  constructor(session: Session) {
    super(session.engine.proofs)
    this.#session = session
  }

  protected onExpired(): void {
    this.#session.refuse('token_expired')
  }

  protected onEnded(): void {
    this.#session.dismiss('session_ended', false)
  }

  protected onChanged(user: User): void {
    this.#session.renewIdentity({ ...this.#session.identity, user })
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
}

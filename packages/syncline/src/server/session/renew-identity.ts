/** Takes a fresh token in the place of the old one: cursors and channels stay (E8). */
import type { Token } from '../../protocol/messages/token.ts'
import { errorFrame } from './answers.ts'
import type { Session } from './session.ts'

/** Resolves when it was taken; a bad one changes nothing, and the old one runs out. Never rejects. */
export async function renewIdentity(session: Session, { token }: Token): Promise<void> {
  try {
    const identity = await session.identify(token)
    if (session.phase !== 'open') return
    if (!identity) return session.send(errorFrame('unauthenticated'))
    if (identity.user.id !== session.user.id) {
      const message =
        'The token belongs to another user than this connection. Open another connection for another user.'
      return session.send(errorFrame('unauthenticated', { message }))
    }
    session.renew(identity)
  } catch (error) {
    session.engine.log.warn({ error: String(error) }, 'A token could not be checked.')
    session.send(errorFrame('unavailable', { retryAfterMs: 1_000 }))
  }
}

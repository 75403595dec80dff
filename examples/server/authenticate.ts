/** Who is asking: the page by its cookie, other programs by the token that `POST /session` gave them. */
import { type Authenticate, jwt, sessionCookie } from 'syncline/server'
import type { Sessions } from './sessions.ts'

/** Other programs on localhost have cookies too, and browsers send them to every port. */
export const COOKIE_NAME = 'stage_session'

/** Authenticates by cookie or token; both end with the session. */
export function authenticate(sessions: Sessions, secret: string): Authenticate[] {
  const bySessionId = async (sessionId: unknown) =>
    typeof sessionId === 'string' ? ((await sessions.find(sessionId))?.user ?? null) : null
  return [
    jwt({ secret, user: ({ sid }) => bySessionId(sid), table: ['sessions', 'users'] }),
    sessionCookie({ name: COOKIE_NAME, secret, find: sessions.find, table: ['sessions', 'users'] }),
  ]
}

/** Who is asking, by a signed cookie that names a session the application keeps. */
import type { Authenticate } from '../identity.ts'
import { isEmptySecret, MAKE_SECRET, secretWarnings } from '../secrets.ts'
import { type Secrets, cookieNamed, verifyCookie } from './signed-cookie.ts'
import { byStoredSession, type StoredSessions } from './stored-session.ts'

export interface SessionCookieOptions extends StoredSessions {
  /** @default 'session' */
  readonly name?: string
  readonly secret: Secrets
}

/** Authenticates by a cookie made with `cookieHeader(name, sessionId, secret)`. */
export function sessionCookie(options: SessionCookieOptions): Authenticate {
  const { name = 'session', secret } = options
  if (isEmptySecret(secret))
    throw new TypeError(
      `sessionCookie() was given an empty secret. Give ${MAKE_SECRET}, for example in SYNCLINE_SECRET.`,
    )
  const read = (request: Request) => {
    const value = cookieNamed(name, request.headers.get('cookie'))
    const id = value === null ? null : verifyCookie(name, value, secret)
    return id === null ? null : { id }
  }
  const warnings = secretWarnings('`secret` of sessionCookie()', secret)
  return Object.assign(byStoredSession(read, options, name), { warnings })
}

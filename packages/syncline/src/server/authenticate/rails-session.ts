/** Who is asking, by the signed cookie that a Rails app has set: `Session.find_by(id: cookies.signed[:session_id])`. */
import type { Authenticate } from '../identity.ts'
import { railsKeys, readRailsCookie } from './rails-cookie.ts'
import { secretWarnings } from '../secrets.ts'
import { cookieNamed, type Secrets } from './signed-cookie.ts'
import { byStoredSession, type StoredSessions } from './stored-session.ts'

export interface RailsSessionOptions extends StoredSessions {
  /** The app's `secret_key_base`; when it is rotated, all of them, the newest first. */
  readonly secretKeyBase: Secrets
  /** Name of the cookie. @default 'session_id', as Rails 8 generates it */
  readonly cookie?: string
}

/**
 * Authenticates by a Rails app's signed cookie, as Rails 5.2 to 8 write it with their defaults or with SHA256 digests.
 * `find` gets the id as text.
 */
export function railsSession(options: RailsSessionOptions): Authenticate {
  const { secretKeyBase, cookie = 'session_id' } = options
  const keys = railsKeys(secretKeyBase)
  const read = (request: Request) => {
    const signed = cookieNamed(cookie, request.headers.get('cookie'))
    const content = signed === null ? null : readRailsCookie(keys, cookie, signed, Date.now())
    return content && { id: content.value, expiresAtMs: content.expiresAtMs }
  }
  const warnings = secretWarnings('`secretKeyBase` of railsSession()', secretKeyBase)
  return Object.assign(byStoredSession(read, options, cookie), { warnings })
}

/**
 * Who is asking, by a signed cookie that names a session the application keeps.
 *
 *   A2 revoked   a session that `find` no longer finds ends its connections: at once when `table` is given, else within 60 s
 */
import type { User } from '../../protocol/user.ts'
import type { Authenticate, Identity } from '../identity.ts'
import { type Secrets, cookiesNamed, verifyCookie } from './signed-cookie.ts'

export interface Session {
  readonly user: User
  readonly expiresAt?: Date
}

export interface SessionCookieOptions {
  /** @default 'session' */
  readonly name?: string
  readonly secret: Secrets
  /** Looks the session up; null when there is none, or it has ended. */
  readonly find: (sessionId: string) => Promise<Session | null> | Session | null
  /** Table that `find` reads: its deleted rows end connections at once. */
  readonly table?: string
}

/** Authenticates by a cookie made with `cookieHeader(name, sessionId, secret)`. */
export function sessionCookie(options: SessionCookieOptions): Authenticate {
  const { name = 'session', secret, find, table } = options
  const identify = async (request: Request): Promise<Identity | null> => {
    const sessionId = sessionIdOf(request, name, secret)
    if (sessionId === null) return null
    const session = await find(sessionId)
    return session && isOpen(session)
      ? identityOf(session, () => stillOpen(find, sessionId, session.user))
      : null
  }
  return Object.assign(identify, { dependsOn: table === undefined ? [] : [table] })
}

/** Two different cookies of one name come from somebody who could set one of them only: neither counts. */
function sessionIdOf(request: Request, name: string, secret: Secrets): string | null {
  const [value, ...others] = new Set(cookiesNamed(name, request.headers.get('cookie')))
  return value === undefined || others.length > 0 ? null : verifyCookie(name, value, secret)
}

function identityOf(session: Session, isStillValid: () => Promise<boolean>): Identity {
  return { user: session.user, expiresAtMs: session.expiresAt?.getTime(), isStillValid }
}

async function stillOpen(
  find: SessionCookieOptions['find'],
  sessionId: string,
  user: User,
): Promise<boolean> {
  const session = await find(sessionId)
  return session !== null && isOpen(session) && session.user.id === user.id
}

function isOpen(session: Session): boolean {
  return session.expiresAt === undefined || session.expiresAt.getTime() > Date.now()
}

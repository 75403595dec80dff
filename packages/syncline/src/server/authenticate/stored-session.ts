/**
 * Who is asking, by the id of a session that the application keeps; how the id came is the caller's matter.
 *
 *   A2 revoked   a session that `find` no longer finds ends its connections: at once when its `table` is given, else within 60 s
 */
import type { User } from '../../protocol/user.ts'
import type { Authenticate, Identity, ProofFault } from '../identity.ts'
import { cookiesNamed } from './signed-cookie.ts'

export interface Session {
  readonly user: User
  readonly expiresAt?: Date
}

export interface StoredSessions {
  /** Looks the session up; null when there is none, or it has ended. */
  readonly find: (sessionId: string) => Promise<Session | null> | Session | null
  /**
   * Tables that `find` reads, `['sessions', 'users']`: a deleted session ends its connections at once, and what changes
   * of the user counts at once.
   */
  readonly table?: string | readonly string[]
}

/** What a proof says: the session's id, and until when the proof itself counts (ms since 1970). */
export interface SessionProof {
  readonly id: string
  readonly expiresAtMs?: number
}

/** Authenticates by the session whose id `read` finds in the request's `cookie`; null proves nothing. */
export function byStoredSession(
  read: (request: Request) => SessionProof | null,
  { find, table }: StoredSessions,
  cookie: string,
): Authenticate {
  const identify = async (request: Request): Promise<Identity | null> => {
    const proof = read(request)
    const session = proof && (await find(proof.id))
    return session && isOpen(session) ? identityOf(session, proof, find) : null
  }
  const whyNot = (request: Request): ProofFault | null => {
    if (read(request)) return ENDED
    const given = cookiesNamed(cookie, request.headers.get('cookie'))
    return given.length > 0 ? unverified(cookie, new Set(given).size) : null
  }
  return Object.assign(identify, { dependsOn: table === undefined ? [] : [table].flat(), whyNot })
}

/** What is signed well, and leads to nobody. */
const ENDED: ProofFault = {
  cause: 'session',
  message: 'The session that the cookie names has ended, or is not there. Sign in again.',
  isOrdinary: true,
}

function unverified(cookie: string, count: number): ProofFault {
  const fact =
    count > 1
      ? `came with ${count} values, so that none of them counts`
      : 'was signed with another secret, was changed, or has expired'
  return {
    cause: 'cookie',
    message: `The cookie \`${cookie}\` ${fact}. Compare the secret that signs it with the one that authenticates, where a rotated one stays listed; then sign in again.`,
  }
}

function identityOf(session: Session, proof: SessionProof, find: StoredSessions['find']): Identity {
  const ends = [proof.expiresAtMs, session.expiresAt?.getTime()].filter((ms) => ms !== undefined)
  const current = () => userOf(find, proof.id)
  return {
    user: session.user,
    isSession: true,
    ...(ends.length > 0 && { expiresAtMs: Math.min(...ends) }),
    isStillValid: async () => (await current())?.id === session.user.id,
    current,
  }
}

async function userOf(find: StoredSessions['find'], sessionId: string): Promise<User | null> {
  const session = await find(sessionId)
  return session && isOpen(session) ? session.user : null
}

function isOpen(session: Session): boolean {
  return session.expiresAt === undefined || session.expiresAt.getTime() > Date.now()
}

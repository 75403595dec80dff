/**
 * Sessions of the demo users: a row in `sessions`, named by a signed cookie for the page and by a token for others.
 *
 * There is no password, because everybody may try the example as anybody: `POST /session {"user": "ana"}`.
 */
import { randomUUID } from 'node:crypto'
import { sign } from 'hono/jwt'
import type { Database, Session, User } from 'syncline/server'

/** How long a session lasts, in seconds. */
export const SESSION_SECONDS = 30 * 24 * 60 * 60

/** A user as the sign-in page lists it. */
export interface ListedUser {
  readonly id: string
  readonly name: string
  readonly job: string
}

/** Who is signed in. */
export type ExampleUser = User & {
  readonly name: string
  /** Looks after the accounts of everybody. */
  readonly siteAdmin: boolean
}

interface ExampleSession extends Session {
  readonly user: ExampleUser
}

type UserRow = { id: string; name: string; site_admin: boolean }
type SessionRow = UserRow & { expires_at: string }

export class Sessions {
  readonly #database: Database
  readonly #secret: string

  constructor(database: Database, secret: string) {
    this.#database = database
    this.#secret = secret
  }

  /** Finds the user and when the session ends; null when there is no such session any more. */
  find = async (sessionId: string): Promise<ExampleSession | null> => {
    const [row] = await this.#database.query<SessionRow>(
      `select u.id, u.name, u.site_admin, s.expires_at
       from sessions s join users u on u.id = s.user_id
       where s.id = $1 and s.expires_at > now()`,
      [sessionId],
    )
    return row ? { user: userOf(row), expiresAt: new Date(row.expires_at) } : null
  }

  /** Begins a session; null when there is no such user. */
  async begin(userId: string): Promise<{ sessionId: string; token: string; user: ExampleUser } | null> {
    const [row] = await this.#database.query<UserRow>(
      'select id, name, site_admin from users where id = $1',
      [userId],
    )
    if (!row) return null
    const sessionId = randomUUID()
    await this.#database.query(
      `insert into sessions (id, user_id, expires_at) values ($1, $2, now() + make_interval(secs => $3))`,
      [sessionId, row.id, SESSION_SECONDS],
    )
    return { sessionId, token: await this.#token(sessionId, row), user: userOf(row) }
  }

  /** Ends a session and with it its token and its live connections. */
  async end(sessionId: string): Promise<void> {
    await this.#database.query('delete from sessions where id = $1 or expires_at < now()', [sessionId])
  }

  /** Who is offered on a sign-in page: the crew. Everybody else in the table can sign in as well. */
  users(): Promise<ListedUser[]> {
    return this.#database.query<ListedUser>(`select id, name, job from users where job <> '' order by name`)
  }

  #token(sessionId: string, user: UserRow): Promise<string> {
    const issuedAt = Math.floor(Date.now() / 1000)
    const claims = {
      sub: user.id,
      name: user.name,
      sid: sessionId,
      iat: issuedAt,
      exp: issuedAt + SESSION_SECONDS,
    }
    return sign(claims, this.#secret, 'HS256')
  }
}

function userOf({ id, name, site_admin: siteAdmin }: UserRow): ExampleUser {
  return { id, name, siteAdmin }
}

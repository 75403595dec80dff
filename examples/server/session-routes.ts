/** `POST`, `GET` and `DELETE /session`: signing in, who is signed in (`user` is null when nobody is), signing out. */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cookieHeader, cookiesNamed, expiredCookieHeader, verifyCookie } from 'syncline/server'
import { COOKIE_NAME } from './authenticate.ts'
import { SESSION_SECONDS, type Sessions } from './sessions.ts'

/** Longest body that is read, in bytes: a user's id and some room. */
const LONGEST_BODY = 4_096

/** Makes the routes below `/session`. */
export function sessionRoutes(sessions: Sessions, secret: string): Hono {
  const routes = new Hono()

  routes.post('/', bodyLimit({ maxSize: LONGEST_BODY }), async (context) => {
    const userId = await readUserId(context)
    if (userId === undefined)
      return refuse(context, 400, 'The body names no user. Send JSON: {"user": "ana"}.')
    const session = await sessions.begin(userId)
    if (!session) return refuse(context, 401, await unknownUser(sessions, userId))
    const { sessionId, token, user } = session
    const isSecure = isHttps(context)
    context.header(
      'Set-Cookie',
      cookieHeader(COOKIE_NAME, sessionId, secret, { isSecure, maxAgeSeconds: SESSION_SECONDS }),
    )
    return context.json({ token, user: { id: user.id, name: user.name } })
  })

  routes.get('/', async (context) => {
    const sessionId = sessionIdOf(context, secret)
    const session = sessionId === null ? null : await sessions.find(sessionId)
    // Not an error: a page asks this before anybody has signed in, and a browser's console shows every 401.
    return context.json({ user: session && { id: session.user.id, name: session.user.name } })
  })

  routes.delete('/', async (context) => {
    const sessionId = sessionIdOf(context, secret)
    if (sessionId !== null) await sessions.end(sessionId)
    context.header('Set-Cookie', expiredCookieHeader(COOKIE_NAME, { isSecure: isHttps(context) }))
    return context.body(null, 204)
  })

  routes.get('/users', async (context) => context.json({ users: await sessions.users() }))
  return routes
}

/** A cross-site page can send a form but not JSON: without this check it could sign its visitor in as somebody. */
async function readUserId(context: Context): Promise<string | undefined> {
  if (!context.req.header('Content-Type')?.startsWith('application/json')) return undefined
  const body: unknown = await context.req.json().catch(() => undefined)
  const user = typeof body === 'object' && body !== null && 'user' in body ? body.user : undefined
  return typeof user === 'string' && user !== '' && !user.includes('\0') ? user : undefined
}

async function unknownUser(sessions: Sessions, userId: string): Promise<string> {
  const known = (await sessions.users()).map(({ id }) => `\`${id}\``).join(', ')
  return `There is no user ${JSON.stringify(userId.slice(0, 40))}. Users of this example: ${known}.`
}

function sessionIdOf(context: Context, secret: string): string | null {
  const [cookie, ...others] = cookiesNamed(COOKIE_NAME, context.req.header('Cookie') ?? null)
  return cookie === undefined || others.length > 0 ? null : verifyCookie(COOKIE_NAME, cookie, secret)
}

function isHttps(context: Context): boolean {
  return new URL(context.req.url).protocol === 'https:'
}

function refuse(context: Context, status: 400 | 401, message: string): Response {
  return context.json(
    { error: { code: status === 401 ? 'unauthenticated' : 'invalid_message', message } },
    status,
  )
}

/**
 * Who is signed in. The session is a cookie that scripts cannot read.
 *
 * The last user is remembered without it, so that the page opens without a network; what it shows then is what the
 * device has kept for that user, and nothing is sent until the server has seen the cookie.
 */

export interface SignedIn {
  readonly id: string
  readonly name: string
}

export interface ListedUser extends SignedIn {
  readonly job: string
}

const REMEMBERED = 'stage.user'

/** The user of the browser's session; null when nobody is signed in. Rejects when the server does not answer. */
export async function currentUser(): Promise<SignedIn | null> {
  const { user } = await readAnswer<{ user: SignedIn | null }>(await fetch('/session'))
  if (user) return remember(user)
  forgetUser()
  return null
}

/** Everybody who can sign in. */
export async function listUsers(): Promise<readonly ListedUser[]> {
  return (await readAnswer<{ users: ListedUser[] }>(await fetch('/session/users'))).users
}

/** Begins a session. */
export async function signIn(userId: string): Promise<SignedIn> {
  const response = await fetch('/session', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user: userId }),
  })
  return remember((await readAnswer<{ user: SignedIn }>(response)).user)
}

/** How long the server may take to end a session, in ms, before the page goes on without. */
const PATIENCE_MS = 4_000

/** Ends the session. */
export async function signOut(): Promise<void> {
  forgetUser()
  await fetch('/session', { method: 'DELETE', signal: AbortSignal.timeout(PATIENCE_MS) })
}

/** Who used this browser last and did not sign out. */
export function rememberedUser(): SignedIn | null {
  try {
    return JSON.parse(localStorage.getItem(REMEMBERED) ?? 'null') as SignedIn | null
  } catch {
    return null
  }
}

/** Forgets who used this browser. */
export function forgetUser(): void {
  try {
    localStorage.removeItem(REMEMBERED)
  } catch {
    // Storage is blocked, so nothing was kept.
  }
}

function remember(user: SignedIn): SignedIn {
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify(user))
  } catch {
    // Storage is blocked: the page works, and needs the network to open.
  }
  return user
}

async function readAnswer<Answer>(response: Response): Promise<Answer> {
  if (response.ok) return (await response.json()) as Answer
  const body = (await response.json().catch(() => ({}))) as { error?: { message?: string } }
  throw new Error(body.error?.message ?? `The server answered ${response.status}. Try again in a moment.`)
}

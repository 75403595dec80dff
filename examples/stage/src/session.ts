/**
 * Who is signed in. The session is a cookie that scripts cannot read.
 *
 * The last user is remembered without it, so that the page opens without a network; what it shows then is what the
 * device has kept for that user, and nothing is sent until the server has seen the cookie.
 */

import { noteTimeOf } from './server-clock.ts'

export interface SignedIn {
  readonly id: string
  readonly name: string
}

export interface ListedUser extends SignedIn {
  readonly job: string
}

const REMEMBERED = 'stage.user'
/** The id of a user who signed out while the server could not be told. */
const SIGNED_OUT = 'stage.signed-out'

/** The user of the browser's session; null when nobody is signed in. Rejects when the server does not answer. */
export async function currentUser(): Promise<SignedIn | null> {
  const { user } = await readAnswer<{ user: SignedIn | null }>(await fetch('/session'))
  const isSignedOut = user !== null && user.id === read(SIGNED_OUT)
  if (isSignedOut) await endSession()
  write(SIGNED_OUT, null)
  if (user && !isSignedOut) return remember(user)
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
  const { user } = await readAnswer<{ user: SignedIn }>(response)
  write(SIGNED_OUT, null)
  return remember(user)
}

/** How long the server may take to end a session, in ms, before the page goes on without. */
const PATIENCE_MS = 4_000

/** Ends the session. When the server does not answer it rejects, and `currentUser` ends the session before all else. */
export async function signOut(): Promise<void> {
  write(SIGNED_OUT, rememberedUser()?.id ?? null)
  forgetUser()
  await endSession()
  write(SIGNED_OUT, null)
}

/** Whether somebody signed out and the server does not know it yet. */
export function isSignOutDue(): boolean {
  return read(SIGNED_OUT) !== null
}

/** Who used this browser last and did not sign out. */
export function rememberedUser(): SignedIn | null {
  try {
    return JSON.parse(read(REMEMBERED) ?? 'null') as SignedIn | null
  } catch {
    return null
  }
}

/** Hears that somebody signed in in another tab; returns the function that ends that. */
export function onSignedInElsewhere(listener: () => void): () => void {
  const hear = ({ key, newValue }: StorageEvent) => {
    if (key === REMEMBERED && newValue !== null) listener()
  }
  addEventListener('storage', hear)
  return () => removeEventListener('storage', hear)
}

/** Forgets who used this browser. */
export function forgetUser(): void {
  write(REMEMBERED, null)
}

function remember(user: SignedIn): SignedIn {
  write(REMEMBERED, JSON.stringify(user))
  return user
}

async function endSession(): Promise<void> {
  const response = await fetch('/session', { method: 'DELETE', signal: AbortSignal.timeout(PATIENCE_MS) })
  if (!response.ok) throw new Error(`The server answered ${response.status}. Try again in a moment.`)
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function write(key: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(key)
    else localStorage.setItem(key, text)
  } catch {
    // Storage is blocked: the page works, and needs the network to open.
  }
}

async function readAnswer<Answer>(response: Response): Promise<Answer> {
  noteTimeOf(response)
  if (response.ok) return (await response.json()) as Answer
  throw new Error(
    response.status === 401
      ? 'They are not known here any more. Load the page again.'
      : `The server answered ${response.status}. Try again in a moment.`,
  )
}

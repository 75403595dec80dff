/** Who is signed in. The session is a cookie that scripts cannot read. */

export interface SignedIn {
  readonly id: string
  readonly name: string
}

export interface ListedUser extends SignedIn {
  readonly job: string
}

/** The user of the browser's session; null when nobody is signed in. */
export async function currentUser(): Promise<SignedIn | null> {
  const response = await fetch('/session')
  if (response.status === 401) return null
  return (await readAnswer<{ user: SignedIn }>(response)).user
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
  return (await readAnswer<{ user: SignedIn }>(response)).user
}

/** Ends the session. */
export async function signOut(): Promise<void> {
  await fetch('/session', { method: 'DELETE' })
}

async function readAnswer<Answer>(response: Response): Promise<Answer> {
  if (response.ok) return (await response.json()) as Answer
  const body = (await response.json().catch(() => ({}))) as { error?: { message?: string } }
  throw new Error(body.error?.message ?? `The server answered ${response.status}. Try again in a moment.`)
}

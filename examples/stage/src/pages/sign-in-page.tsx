/** Choosing who to be. */
import { useEffect, useState } from 'react'
import { Heading, useTitle } from '../parts/heading.tsx'
import { type ListedUser, listUsers, type SignedIn, signIn } from '../session.ts'

interface SignInPageProps {
  /** Why one is here who was signed in. */
  readonly why: string | undefined
  onSignedIn(user: SignedIn): void
}

export function SignInPage({ why, onSignedIn }: SignInPageProps) {
  const [users, setUsers] = useState<readonly ListedUser[]>([])
  const [problem, setProblem] = useState('')
  /** Id of the one whose session is being begun. */
  const [chosen, setChosen] = useState<string>()
  useTitle('Sign in')
  useEffect(() => {
    listUsers().then(setUsers, (error) => setProblem(explain(error)))
  }, [])

  const choose = async ({ id }: ListedUser) => {
    setProblem('')
    setChosen(id)
    try {
      onSignedIn(await signIn(id))
    } catch (error) {
      setProblem(explain(error))
      setChosen(undefined)
    }
  }
  return (
    <div className="sign-in">
      <Heading>Stage</Heading>
      <p className="lead">
        Cameras, cables and checklists of a live-event crew. Everybody sees every change as it is made.
      </p>
      {why && (
        <p className="why" role="status">
          {why}
        </p>
      )}
      <h2>Who are you today?</h2>
      <ul className="people">
        {users.map((user) => (
          <li key={user.id}>
            <button
              type="button"
              aria-busy={user.id === chosen}
              aria-disabled={chosen !== undefined}
              onClick={() => chosen === undefined && void choose(user)}
            >
              <strong dir="auto">{user.name}</strong>
              <span>{user.id === chosen ? 'Signing in…' : user.job}</span>
            </button>
          </li>
        ))}
      </ul>
      <p className="problem" role="alert">
        {problem}
      </p>
      <p className="hint">
        Ana sees all productions, Ben and Cleo those whose crew they are on. To see two people work together,
        open a private window too, and sign in there as somebody else.
      </p>
    </div>
  )
}

function explain(error: unknown): string {
  // What `fetch` throws when nobody answers is not for readers.
  if (error instanceof TypeError)
    return 'The server does not answer. Check that it runs, then load the page again.'
  return error instanceof Error ? error.message : String(error)
}

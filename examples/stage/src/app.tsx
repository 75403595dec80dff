/** Who is signed in decides what there is: the sign-in page, or a crew at work. */
import { useCallback, useEffect, useState } from 'react'
import type { SyncStatus } from 'syncline/client'
import { describeKept } from './frame/describe-status.ts'
import { Footer } from './frame/footer.tsx'
import { MessagePage } from './pages/message-page.tsx'
import { SignInPage } from './pages/sign-in-page.tsx'
import { followLinks, go, PRODUCTIONS_PATH } from './router.ts'
import { keepScrollPlace } from './scroll-place.ts'
import {
  currentUser,
  forgetUser,
  isSignOutDue,
  onSignedInElsewhere,
  rememberedUser,
  type SignedIn,
  signOut,
} from './session.ts'
import { Workplace } from './frame/workplace.tsx'

const SESSION_ENDED = 'You were signed out: your session has ended.'

type State =
  | { readonly is: 'finding' }
  | { readonly is: 'unreachable' }
  | { readonly is: 'signed out'; readonly why?: string }
  | { readonly is: 'replaced'; readonly by: SignedIn; readonly kept: string }
  | { readonly is: 'signed in'; readonly user: SignedIn }

export function App() {
  const [state, setState] = useState<State>(initial)
  const find = useCallback(() => findUser(setState), [])

  useEffect(followLinks, [])
  useEffect(keepScrollPlace, [])
  useEffect(() => void find(), [find])
  useDueSignOut(state.is === 'signed out')
  useSignedInElsewhere(state.is === 'signed out', find)

  const leave = useCallback(async () => {
    setState({ is: 'finding' })
    // Without a server the cookie stays: `useDueSignOut` ends its session as soon as the server answers.
    await signOut().catch(() => {})
    // What one was looking at need not be the next one's to see.
    go(PRODUCTIONS_PATH)
    setState({ is: 'signed out' })
  }, [])
  const endSession = useCallback((status: SyncStatus) => {
    forgetUser()
    setState({ is: 'signed out', why: `${SESSION_ENDED} ${describeKept(status)}` })
  }, [])
  const replace = useCallback(async (status: SyncStatus) => {
    const by = await currentUser().catch(() => null)
    // Whoever it was has signed out again meanwhile, or the server is gone: the page is no longer of this user.
    setState(by ? { is: 'replaced', by, kept: describeKept(status) } : { is: 'signed out' })
  }, [])

  return (
    <>
      <a className="skip" href="#main">
        To the content
      </a>
      {state.is === 'signed in' ? (
        <Workplace
          key={state.user.id}
          user={state.user}
          onLeave={() => void leave()}
          onSessionEnd={endSession}
          onReplaced={replace}
        />
      ) : (
        <>
          <main id="main">
            {state.is === 'signed out' && (
              <SignInPage why={state.why} onSignedIn={(user) => setState({ is: 'signed in', user })} />
            )}
            {state.is === 'replaced' && (
              <MessagePage
                title="Somebody else is signed in"
                text={`${state.by.name} has signed in in this browser. ${state.kept}`}
              >
                <button type="button" onClick={() => setState({ is: 'signed in', user: state.by })}>
                  Go on as {state.by.name}
                </button>{' '}
                <button type="button" onClick={() => setState({ is: 'signed out' })}>
                  Sign in again
                </button>
              </MessagePage>
            )}
            {state.is === 'unreachable' && (
              <MessagePage title="No answer" text="The server does not answer. Check that it runs.">
                <button type="button" onClick={() => void find()}>
                  Try again
                </button>
              </MessagePage>
            )}
          </main>
          {state.is !== 'finding' && <Footer />}
        </>
      )}
    </>
  )
}

/** How often a server that did not answer is told again that somebody signed out, in ms. */
const TELL_AGAIN_MS = 2_000

/** Tells the server what it has missed while the sign-in page is open; a page that opens later does so first. */
function useDueSignOut(isSignedOut: boolean): void {
  useEffect(() => {
    if (!isSignedOut) return
    const timer = setInterval(() => {
      if (isSignOutDue()) currentUser().catch(() => {})
    }, TELL_AGAIN_MS)
    return () => clearInterval(timer)
  }, [isSignedOut])
}

/** Who signs in again in one tab is signed in in all. */
function useSignedInElsewhere(isSignedOut: boolean, find: () => Promise<void>): void {
  useEffect(() => {
    if (isSignedOut) return onSignedInElsewhere(() => void find())
  }, [isSignedOut, find])
}

/** Who used this browser last is at work at once, while the server is asked whether that still holds. */
function initial(): State {
  const user = rememberedUser()
  return user ? { is: 'signed in', user } : { is: 'finding' }
}

async function findUser(set: (next: (before: State) => State) => void): Promise<void> {
  try {
    const user = await currentUser()
    set((before) => {
      if (!user && before.is === 'signed in') return { is: 'signed out', why: SESSION_ENDED }
      if (!user) return before.is === 'signed out' ? before : { is: 'signed out' }
      const isSame = before.is === 'signed in' && before.user.id === user.id && before.user.name === user.name
      return isSame ? before : { is: 'signed in', user }
    })
  } catch {
    set((before) => (before.is === 'signed in' ? before : { is: 'unreachable' }))
  }
}

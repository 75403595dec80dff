/** Who is signed in decides what there is: the sign-in page, or a crew at work. */
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { SyncStatus } from 'syncline/client'
import { describeKept } from './frame/describe-status.ts'
import { Footer } from './frame/footer.tsx'
import { MessagePage } from './pages/message-page.tsx'
import { SignInPage } from './pages/sign-in-page.tsx'
import { followLinks, go, PRODUCTIONS_PATH } from './router.ts'
import { currentUser, forgetUser, rememberedUser, type SignedIn, signOut } from './session.ts'
import { Workplace } from './frame/workplace.tsx'
import { Notices } from './sync/notices.ts'
import { NoticeList } from './parts/notice-list.tsx'

type State =
  | { readonly is: 'finding' }
  | { readonly is: 'unreachable' }
  | { readonly is: 'signed out' }
  | { readonly is: 'signed in'; readonly user: SignedIn }

export function App() {
  const [state, setState] = useState<State>(initial)
  const notices = useMemo(() => new Notices(), [])
  const find = useCallback(() => findUser(setState), [])

  useEffect(followLinks, [])
  useEffect(() => void find(), [find])

  const leave = useCallback(async () => {
    setState({ is: 'finding' })
    // Without a server the cookie stays; the next sign-in replaces it.
    await signOut().catch(() => {})
    // What one was looking at need not be the next one's to see.
    go(PRODUCTIONS_PATH)
    setState({ is: 'signed out' })
  }, [])
  const endSession = useCallback(
    (status: SyncStatus) => {
      forgetUser()
      setState({ is: 'signed out' })
      const text = describeKept(status)
      if (text) notices.add({ text })
    },
    [notices],
  )

  return (
    <>
      <a className="skip" href="#main">
        To the content
      </a>
      {state.is === 'signed in' ? (
        <Workplace
          key={state.user.id}
          user={state.user}
          notices={notices}
          onLeave={() => void leave()}
          onSessionEnd={endSession}
        />
      ) : (
        <>
          <main id="main">
            {state.is === 'signed out' && (
              <SignInPage onSignedIn={(user) => setState({ is: 'signed in', user })} />
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
      <NoticeList notices={notices} />
    </>
  )
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
      if (!user) return { is: 'signed out' }
      const isSame = before.is === 'signed in' && before.user.id === user.id && before.user.name === user.name
      return isSame ? before : { is: 'signed in', user }
    })
  } catch {
    set((before) => (before.is === 'signed in' ? before : { is: 'unreachable' }))
  }
}

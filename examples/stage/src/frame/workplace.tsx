/** The frame around every page while somebody is signed in: their client, the bar above, the page at the address. */
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { type Client, createClient, indexedDb, SynclineError, type SyncStatus } from 'syncline/client'
import { schema } from '../../schema.ts'
import { EquipmentPage } from '../pages/equipment-page.tsx'
import { MessagePage } from '../pages/message-page.tsx'
import { ProductionPage } from '../pages/production-page.tsx'
import { ProductionsPage } from '../pages/productions-page.tsx'
import { placeOf, useAddress } from '../router.ts'
import type { SignedIn } from '../session.ts'
import { Crew } from '../sync/crew.ts'
import { CrewProvider } from '../sync/crew-context.ts'
import { SyncProvider, useRoom } from '../sync/hooks.ts'
import { NoticeList } from '../parts/notice-list.tsx'
import { Notices } from '../sync/notices.ts'
import { Refusals } from '../sync/refusals.ts'
import { showRefusedEarlier } from '../sync/refused-earlier.ts'
import { ASK_TO_LOSE_REFUSED, askToLose } from './describe-status.ts'
import { Footer } from './footer.tsx'
import { useShortcuts } from './shortcuts.ts'
import { TopBar } from './top-bar.tsx'

type StageClient = Client<typeof schema>

/** What the server says when the session has ended elsewhere. */
const SIGN_IN_AGAIN = new Set(['unauthenticated', 'session_ended', 'token_expired'])
/** What the client says when somebody else has signed in in this browser. */
const OF_ANOTHER = 'device_taken'

interface WorkplaceProps {
  readonly user: SignedIn
  onLeave(): void
  onSessionEnd(status: SyncStatus): void
  /** The browser's session is of another user now. */
  onReplaced(status: SyncStatus): void
}

export function Workplace({ user, onLeave, onSessionEnd, onReplaced }: WorkplaceProps) {
  const client = useClient(user, onSessionEnd, onReplaced)
  // What one is told, and can take back, ends with one's session.
  const [notices] = useState(() => new Notices())
  const context = useMemo(() => {
    if (!client) return undefined
    const refusals = new Refusals(client)
    return { crew: new Crew(client, notices, refusals), refusals, notices, user }
  }, [client, notices, user])
  useEffect(() => client && context && showRefusedEarlier({ client, ...context }), [client, context])
  useEffect(() => client && context && warnOfLoss(client, context.crew), [client, context])
  useShortcuts(notices)
  if (!client || !context) return null

  const leave = async () => {
    if (await mayRemove(client, context.crew)) onLeave()
  }
  return (
    <SyncProvider client={client}>
      <CrewProvider value={context}>
        <SharedRooms />
        <TopBar onLeave={() => void leave()} />
        <main id="main">
          <Page />
        </main>
        <Footer hasKeys />
        <NoticeList notices={notices} />
      </CrewProvider>
    </SyncProvider>
  )
}

/** Signs out: what the device keeps goes with its user. False when they would rather wait until all is sent. */
async function mayRemove(client: StageClient, { onlyHere }: Crew): Promise<boolean> {
  const isAllTaken = client.parked.current.length === 0 && onlyHere.isEmpty
  if (!isAllTaken && !confirm(ASK_TO_LOSE_REFUSED)) return false
  try {
    await client.signOut()
  } catch (error) {
    if (!confirm(askToLose(error instanceof SynclineError ? error.unsent : undefined))) return false
    await client.signOut({ discard: true }).catch(() => {})
  }
  return true
}

/** Held on every page: the list of productions, the library and the people stay current, and are there offline. */
function SharedRooms(): ReactNode {
  useRoom('production', 'mine')
  useRoom('equipment', 'all')
  useRoom('person', 'all')
  return null
}

function Page() {
  const { path, hash } = useAddress()
  const place = placeOf(path, hash)
  switch (place.page) {
    case 'productions':
      return <ProductionsPage />
    case 'equipment':
      return <EquipmentPage target={place.record} />
    case 'production':
      return <ProductionPage key={place.id} id={place.id} tab={place.tab} target={place.record} />
    case 'missing':
      return <MessagePage title="Nothing here" text="There is no page at this address." />
  }
}

/** What is neither sent nor kept on the device lives in this page's memory only: leaving the page is asked first. */
function warnOfLoss({ status }: StageClient, { onlyHere }: Crew): () => void {
  const warn = (event: BeforeUnloadEvent) => {
    const { pending, storage } = status.current
    if ((pending > 0 && storage !== 'durable') || !onlyHere.isEmpty) event.preventDefault()
  }
  addEventListener('beforeunload', warn)
  return () => removeEventListener('beforeunload', warn)
}

/** A field saves what is in it when it loses the focus. */
function saveTyping(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
}

/** The client of a user; it closes with the component, and is made anew when the component comes back. */
function useClient(
  user: SignedIn,
  onSessionEnd: WorkplaceProps['onSessionEnd'],
  onReplaced: WorkplaceProps['onReplaced'],
): StageClient | undefined {
  const [client, setClient] = useState<StageClient>()
  useEffect(() => {
    const made = createClient({ schema, url: '/sync', user: user.id, storage: indexedDb({ name: 'stage' }) })
    const end = (tell: (status: SyncStatus) => void) => {
      stop()
      // The status is told in the middle of other things, into which nothing is written.
      queueMicrotask(() => {
        saveTyping()
        tell(made.status.current)
      })
    }
    const stop = made.status.subscribe(() => {
      const code = made.status.current.problem?.code ?? ''
      if (SIGN_IN_AGAIN.has(code)) end(onSessionEnd)
      if (code === OF_ANOTHER) end(onReplaced)
    })
    setClient(made)
    return () => {
      stop()
      // Fields that leave the page with it save what they hold: the client hears that first.
      queueMicrotask(() => made.close())
    }
  }, [user.id, onSessionEnd, onReplaced])
  return client
}

/** Runs in Chromium: the real Inertia client with components that are their names, and a record of what it did. */
import { getInitialPageFromDOM, router as untyped } from '@inertiajs/core'
import type { Page } from 'syncline/inertia'

/** The client's types name files without an extension, which Node's resolution does not find. */
interface Router {
  init(how: {
    initialPage: ClientPage
    resolveComponent: (name: string) => string
    swapComponent: (swap: { page: ClientPage }) => Promise<void>
  }): void
  visit(url: string, options?: VisitOptions): void
  reload(options?: VisitOptions): void
  prefetch(url: string): void
  on(
    type: string,
    listener: (event: { detail: Record<string, unknown>; preventDefault(): void }) => void,
  ): void
}

interface VisitOptions {
  readonly [name: string]: unknown
}

/** A page as the client holds it. */
export interface ClientPage extends Page {
  readonly flash: Readonly<Record<string, unknown>>
  readonly rescuedProps: readonly string[]
}

/** What the tests read and call in the browser. */
export interface ClientWindow {
  /** The page that is shown. */
  page: ClientPage
  /** Every event of a kind that tests look at, with what it said. */
  events: { type: string; detail: unknown }[]
  router: Router
  /** Resolves with the page when the visit has ended. */
  visit(url: string, options?: VisitOptions): Promise<ClientPage>
  reload(options?: VisitOptions): Promise<ClientPage>
}

const router = untyped as unknown as Router
const client = window as unknown as ClientWindow
client.events = []
client.router = router
client.visit = (url, options = {}) =>
  new Promise((resolve) => router.visit(url, { ...options, onFinish: () => resolve(client.page) }))
client.reload = (options = {}) =>
  new Promise((resolve) => router.reload({ ...options, onFinish: () => resolve(client.page) }))

const record = (type: string, detail: unknown) => client.events.push({ type, detail })
router.on('flash', (event) => void record('flash', event.detail['flash']))
router.on('error', (event) => void record('error', event.detail['errors']))
router.on('httpException', (event) => {
  record('httpException', (event.detail['response'] as { status: number }).status)
  // The client would open a dialog.
  event.preventDefault()
})

router.init({
  initialPage: getInitialPageFromDOM('app') as ClientPage,
  resolveComponent: (name) => name,
  swapComponent: async ({ page }) => {
    client.page = page
  },
})

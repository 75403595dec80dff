/** The frame around the pages: who is signed in, the connection, and which page stands at the address. */
import { Crew } from './crew.ts'
import { messagePage } from './pages/message-page.ts'
import type { Page } from './pages/page.ts'
import { productionPage } from './pages/production-page.ts'
import { productionsPage } from './pages/productions-page.ts'
import { signInPage } from './pages/sign-in-page.ts'
import { Notices } from './parts/notices.ts'
import { topBar } from './parts/top-bar.ts'
import { followLinks, placeOf } from './router.ts'
import { currentUser, type SignedIn, signOut } from './session.ts'
import { element } from './view/element.ts'
import { focusHeading } from './view/focus-heading.ts'

/** What stands in the frame while somebody is signed in. */
interface Signed {
  readonly crew: Crew
  readonly bar: ReturnType<typeof topBar>
}

/** What the server says when the session has ended elsewhere. */
const SIGN_IN_AGAIN = new Set(['unauthenticated', 'session_ended', 'token_expired'])

export class App {
  readonly #notices = new Notices()
  readonly #top = element('div')
  readonly #main = element('main', { id: 'main' })
  #signed: Signed | undefined
  #page: Page | undefined
  #shownPath: string | undefined

  constructor(root: Element) {
    const skip = element('a', { class: 'skip', href: '#main' }, 'To the content')
    root.replaceChildren(skip, this.#top, this.#main, this.#notices.element)
  }

  async start(): Promise<void> {
    followLinks(() => this.#showPlace())
    addEventListener('beforeunload', (event) => {
      // What is not sent lives in this page's memory only.
      if (this.#signed && this.#signed.crew.status.pending > 0) event.preventDefault()
    })
    await this.#findUser()
  }

  async #findUser(): Promise<void> {
    try {
      const user = await currentUser()
      if (user) this.#signedIn(user)
      else this.#signedOut()
    } catch {
      const again = element('button', { type: 'button', onclick: () => void this.#findUser() }, 'Try again')
      this.#show(messagePage('No answer', 'The server does not answer. Check that it runs.', again))
    }
  }

  #signedIn(user: SignedIn): void {
    const crew = new Crew(user, this.#notices)
    const bar = topBar(crew, user, () => void this.#leave())
    crew.onStatus(() => {
      const code = crew.status.problem?.code
      if (code !== undefined && SIGN_IN_AGAIN.has(code)) this.#signedOut()
    })
    this.#signed = { crew, bar }
    this.#top.replaceChildren(bar.element)
    this.#showPlace()
  }

  async #leave(): Promise<void> {
    const pending = this.#signed?.crew.status.pending ?? 0
    const warning = `${pending} of your changes have not been sent. Sign out and lose them?`
    if (pending > 0 && !confirm(warning)) return
    await signOut().catch(() => {})
    this.#signedOut()
  }

  #signedOut(): void {
    this.#page?.close()
    this.#page = undefined
    this.#signed?.bar.close()
    this.#signed?.crew.close()
    this.#signed = undefined
    this.#shownPath = undefined
    this.#top.replaceChildren()
    this.#show(signInPage((user) => this.#signedIn(user)))
  }

  #showPlace(): void {
    if (!this.#signed || this.#shownPath === location.pathname) return
    this.#shownPath = location.pathname
    this.#show(this.#pageAt(this.#signed.crew))
    // As with a page load, readers of the screen begin at the top of what is new.
    focusHeading(this.#main)
  }

  #pageAt(crew: Crew): Page {
    const place = placeOf(location.pathname)
    if (place.page === 'production') return productionPage(crew, place.id)
    if (place.page === 'productions') return productionsPage(crew)
    return messagePage('Nothing here', 'There is no page at this address.')
  }

  #show(page: Page): void {
    this.#page?.close()
    this.#page = page
    document.title = `${page.title} · Stage`
    this.#main.replaceChildren(page.element)
  }
}

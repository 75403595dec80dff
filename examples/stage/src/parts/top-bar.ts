/** The bar above every page: home, the connection, who is signed in. */
import type { Crew } from '../crew.ts'
import type { SignedIn } from '../session.ts'
import { element } from '../view/element.ts'
import { statusLine } from './status-line.ts'

/** Makes the bar; `close` ends what it listens to. */
export function topBar(
  crew: Crew,
  user: SignedIn,
  signOut: () => void,
): { readonly element: HTMLElement; readonly close: () => void } {
  const status = statusLine(crew)
  const bar = element(
    'header',
    { class: 'top' },
    element('a', { href: '/', class: 'home' }, 'Stage'),
    status.element,
    element('span', { class: 'user' }, user.name),
    element('button', { type: 'button', class: 'quiet', onclick: signOut }, 'Sign out'),
  )
  return { element: bar, close: status.close }
}

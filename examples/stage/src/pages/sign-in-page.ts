/** Choosing who to be. */
import { type ListedUser, type SignedIn, listUsers, signIn } from '../session.ts'
import { element, setText } from '../view/element.ts'
import type { Page } from './page.ts'

/** Makes the page; calls back with the user who signed in. */
export function signInPage(onSignedIn: (user: SignedIn) => void): Page {
  const people = element('ul', { class: 'people' })
  const problem = element('p', { class: 'problem', role: 'alert' })
  const choose = async (user: ListedUser) => {
    try {
      onSignedIn(await signIn(user.id))
    } catch (error) {
      setText(problem, explain(error))
    }
  }
  void listUsers().then(
    (users) => people.replaceChildren(...users.map((user) => person(user, () => void choose(user)))),
    (error) => setText(problem, explain(error)),
  )
  const page = element(
    'div',
    { class: 'sign-in' },
    element('h1', { tabindex: -1 }, 'Stage'),
    element(
      'p',
      { class: 'lead' },
      'Cameras and checklists of a live-event crew. Everybody sees every change as it is made.',
    ),
    element('h2', {}, 'Who are you today?'),
    people,
    problem,
    element(
      'p',
      { class: 'hint' },
      'Open a second window and sign in as somebody else to see the two work together.',
    ),
  )
  return { element: page, title: 'Sign in', close() {} }
}

function person({ name, job }: ListedUser, choose: () => void): HTMLElement {
  const button = element(
    'button',
    { type: 'button', onclick: choose },
    element('strong', {}, name),
    element('span', {}, job),
  )
  return element('li', {}, button)
}

function explain(error: unknown): string {
  // What `fetch` throws when nobody answers is not for readers.
  if (error instanceof TypeError)
    return 'The server does not answer. Check that it runs, then load the page again.'
  return error instanceof Error ? error.message : String(error)
}

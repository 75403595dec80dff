/** A page that only says something: nothing here, not yours, broken. */
import { element } from '../view/element.ts'
import type { Page } from './page.ts'

/** Makes the page, with a link back to the list. */
export function messagePage(title: string, text: string): Page {
  return { element: message(title, text), title, close() {} }
}

/** The same as a part of another page. */
export function message(title: string, text: string): HTMLElement {
  return element(
    'div',
    { class: 'message' },
    element('h1', { tabindex: -1 }, title),
    element('p', {}, text),
    element('p', {}, element('a', { href: '/' }, 'All productions')),
  )
}

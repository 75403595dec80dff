/** A page that only says something: nothing here, not yours, broken. */
import { element } from '../view/element.ts'
import type { Page } from './page.ts'

/** Makes the page, with a way out of it. */
export function messagePage(title: string, text: string, wayOut: HTMLElement = toTheList()): Page {
  return { element: message(title, text, wayOut), title, close() {} }
}

/** The same as a part of another page. */
export function message(title: string, text: string, wayOut: HTMLElement = toTheList()): HTMLElement {
  const heading = element('h1', { tabindex: -1 }, title)
  return element('div', { class: 'message' }, heading, element('p', {}, text), element('p', {}, wayOut))
}

function toTheList(): HTMLElement {
  return element('a', { href: '/' }, 'All productions')
}

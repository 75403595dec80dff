/** The productions that this user may see, as a live list. */
import type { Crew, Production } from '../crew.ts'
import { productionPath } from '../router.ts'
import { element, setAttribute, setText } from '../view/element.ts'
import { flash } from '../view/flash.ts'
import { formatStart } from '../view/format-date.ts'
import { type Part, keyedList } from '../view/keyed-list.ts'
import type { Page } from './page.ts'

/** Makes the page. */
export function productionsPage(crew: Crew): Page {
  const list = element('ul', { class: 'productions' })
  const empty = element('p', { class: 'empty' })
  const arrange = keyedList<Production>(list, ({ id }) => id, productionRow)
  const close = crew.watchProductions((productions, state) => {
    arrange(productions)
    empty.hidden = productions.length > 0
    setText(
      empty,
      state === 'loading' ? 'Loading productions…' : 'You are not on the crew of a production yet.',
    )
  })
  const page = element('div', { class: 'list' }, element('h1', { tabindex: -1 }, 'Productions'), list, empty)
  return { element: page, title: 'Productions', close }
}

function productionRow({ id }: Production): Part<Production> {
  const name = element('strong')
  const start = element('span', { class: 'start' })
  const venue = element('span', { class: 'venue' })
  const status = element('span', { class: 'stage' })
  const row = element('li', {}, element('a', { href: productionPath(id) }, name, venue, start, status))
  let shown: Production | undefined
  return {
    element: row,
    update(production) {
      if (production === shown) return
      if (shown) flash(row)
      shown = production
      setText(name, production.name)
      setText(venue, production.venue)
      setText(start, formatStart(production.startsAt))
      setText(status, production.status)
      setAttribute(status, 'data-value', production.status)
    },
  }
}

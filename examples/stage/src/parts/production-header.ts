/** The name and the facts of a production, edited in place. */
import { productionStatuses } from '../../schema/choices.ts'
import type { Crew, Production } from '../crew.ts'
import { ChoiceField } from '../view/choice-field.ts'
import { element, setText } from '../view/element.ts'
import { formatStart } from '../view/format-date.ts'
import { TextField } from '../view/text-field.ts'

/** Makes the header; `show` brings it in line with the record. */
export function productionHeader(crew: Crew, id: string) {
  const save = (changes: Partial<Production>) =>
    crew.outcome(() => crew.mutate.production.update(id, changes))
  const title = element('h1', { class: 'unseen', tabindex: -1 })
  const name = new TextField({
    className: 'is-title',
    isRequired: true,
    save: (text) => save({ name: text.trim() }),
  })
  const venue = new TextField({
    className: 'is-fact',
    placeholder: 'Venue',
    save: (text) => save({ venue: text.trim() }),
  })
  const note = new TextField({
    className: 'is-fact',
    placeholder: 'Note',
    save: (text) => save({ note: text.trim() }),
  })
  const start = element('p', { class: 'start' })
  const status = new ChoiceField({
    values: productionStatuses,
    save: (value) => save({ status: value as Production['status'] }),
  })
  name.setLabel('Name of the production')
  venue.setLabel('Venue')
  note.setLabel('Note of the production')
  status.setLabel('Status of the production')

  return {
    element: element(
      'header',
      { class: 'production-header' },
      element('a', { href: '/', class: 'back' }, 'All productions'),
      title,
      name.element,
      element('div', { class: 'facts' }, venue.element, start, status.element, note.element),
    ),
    show(production: Production | undefined): void {
      document.title = `${production?.name ?? 'Production'} · Stage`
      setText(title, production?.name ?? '')
      name.show(production?.name ?? '')
      venue.show(production?.venue ?? '')
      note.show(production?.note ?? '')
      setText(start, production ? formatStart(production.startsAt) : '')
      if (production) status.show(production.status)
    },
  }
}

/** One line that adds a record by its name. The focus stays in it, so that several can be added in a row. */
import { element } from './element.ts'

export interface AddForm {
  readonly element: HTMLFormElement
  focus(): void
}

/** Makes the form; `add` is called with the trimmed name. */
export function addForm(label: string, add: (name: string) => void): AddForm {
  const input = element('input', {
    type: 'text',
    placeholder: label,
    'aria-label': label,
    autocomplete: 'off',
    maxlength: 200,
  })
  const onsubmit = (event: Event) => {
    event.preventDefault()
    const name = input.value.trim()
    if (name === '') return input.focus()
    add(name)
    input.value = ''
  }
  const button = element('button', { type: 'submit' }, 'Add')
  return { element: element('form', { class: 'add', onsubmit }, input, button), focus: () => input.focus() }
}

/** Says below a field why its text was not saved, and what can be done about it. */
import { element, setText } from './element.ts'

let made = 0

export class RefusalNote {
  readonly element: HTMLElement
  /** For `aria-describedby` of the field. */
  readonly id: string
  readonly #reason: HTMLElement

  constructor(ways: { readonly retry: () => void; readonly discard: () => void }) {
    made += 1
    this.id = `refusal-${made}`
    this.#reason = element('span', { id: this.id })
    this.element = element(
      'div',
      { class: 'refusal', role: 'alert', hidden: true },
      this.#reason,
      element('button', { type: 'button', onclick: ways.retry }, 'Try again'),
      element('button', { type: 'button', onclick: ways.discard }, 'Use the saved text'),
    )
  }

  get isShown(): boolean {
    return !this.element.hidden
  }

  /** Shows the reason; undefined hides the note. */
  show(reason: string | undefined): void {
    this.element.hidden = reason === undefined
    setText(this.#reason, reason === undefined ? '' : `Not saved. ${reason}`)
  }
}

/** One of a few values, chosen in place. A value that the page does not know (written by another program) is shown as it is. */
import { element, setAttribute } from './element.ts'
import { flash } from './flash.ts'
import { RefusalNote } from './refusal-note.ts'
import type { Outcome } from './text-field.ts'

export interface ChoiceFieldOptions {
  readonly values: readonly string[]
  save(value: string): Outcome
}

export class ChoiceField {
  readonly element: HTMLElement
  readonly #select: HTMLSelectElement
  readonly #frame: HTMLElement
  readonly #note: RefusalNote
  readonly #options: ChoiceFieldOptions
  #stored: string | undefined
  #chosen = ''

  constructor(options: ChoiceFieldOptions) {
    this.#options = options
    const choices = options.values.map((value) => element('option', { value }, labelOf(value)))
    this.#select = element('select', { onchange: () => void this.#save() }, ...choices)
    this.#frame = element('div', { class: 'choice' }, this.#select)
    this.#note = new RefusalNote({ retry: () => void this.#save(), discard: () => this.#discard() })
    this.element = element('div', { class: 'field-whole' }, this.#frame, this.#note.element)
  }

  setLabel(label: string): void {
    setAttribute(this.#select, 'aria-label', label)
  }

  /** Shows the stored value. */
  show(value: string): void {
    if (value === this.#stored) return
    const isTheirs = this.#stored !== undefined && value !== this.#chosen
    this.#stored = value
    if (this.#note.isShown) return
    this.#put(value)
    if (isTheirs) flash(this.#frame)
  }

  #put(value: string): void {
    if (!this.#select.querySelector(`option[value="${CSS.escape(value)}"]`)) {
      this.#select.append(element('option', { value }, labelOf(value)))
    }
    this.#chosen = value
    this.#select.value = value
    this.#frame.dataset['value'] = value
  }

  async #save(): Promise<void> {
    const value = this.#select.value
    this.#put(value)
    this.#note.show(undefined)
    const reason = await this.#options.save(value)
    if (reason === undefined) return
    this.#put(value)
    this.#note.show(reason)
  }

  #discard(): void {
    this.#note.show(undefined)
    this.#put(this.#stored ?? '')
    this.#select.focus()
  }
}

function labelOf(value: string): string {
  return value.charAt(0).toUpperCase() + value.slice(1)
}

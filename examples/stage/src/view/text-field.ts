/**
 * Text edited in place: it looks like text and becomes a field when it has the focus.
 *
 *   K2 honest   a refused text stays in the field, marked, with the reason, until its author has dealt with it
 *   R4 gentle   what others write never replaces text under the cursor; it is shown when the field is left
 *
 * It saves when typing pauses, on Enter, and when it is left. Escape puts back what was there before.
 */
import { element, setAttribute } from './element.ts'
import { flash } from './flash.ts'
import { RefusalNote } from './refusal-note.ts'

/** Long enough that a word is one write, short enough that others see it being written. */
const PAUSE_MS = 350

/** Resolves when a write is committed, or with the reason when it was refused. */
export type Outcome = Promise<string | undefined>

export interface TextFieldOptions {
  readonly className: string
  readonly placeholder?: string
  /** A required text is not saved empty while it is being retyped, only when the field is left so. */
  readonly isRequired?: boolean
  save(text: string): Outcome
  /** Keeps a refused text whose field has left the page. */
  orphan?(text: string, reason: string): void
  /** Adds to a number with the arrow keys: a change, not a value, so that two people who step at once both count. */
  step?(by: number): Outcome
}

export class TextField {
  readonly element: HTMLElement
  readonly #options: TextFieldOptions
  readonly #input: HTMLTextAreaElement
  readonly #frame: HTMLElement
  readonly #note: RefusalNote
  /** What the store shows. */
  #stored: string | undefined
  /** What was last put into the field by the store, or handed to it. */
  #written = ''
  #beforeEditing = ''
  #writes = 0
  #writesUnderWay = 0
  #pause: ReturnType<typeof setTimeout> | undefined

  constructor(options: TextFieldOptions) {
    this.#options = options
    this.#input = element('textarea', {
      rows: 1,
      placeholder: options.placeholder,
      inputmode: options.step ? 'numeric' : undefined,
      autocomplete: 'off',
      spellcheck: 'false',
      onfocus: () => {
        this.#beforeEditing = this.#input.value
      },
      oninput: () => this.#onInput(),
      onblur: () => this.#onBlur(),
      onkeydown: (event) => this.#onKey(event as KeyboardEvent),
    })
    this.#frame = element('div', { class: `field ${options.className}` }, this.#input)
    this.#note = new RefusalNote({ retry: () => this.#save(), discard: () => this.#discard() })
    this.element = element('div', { class: 'field-whole' }, this.#frame, this.#note.element)
  }

  /** Says what it is to those who do not see where it stands: "Note of Camera 1". */
  setLabel(label: string): void {
    setAttribute(this.#input, 'aria-label', label)
  }

  /** Shows the stored text, unless the field is being edited or holds a refused one. */
  show(text: string): void {
    if (text === this.#stored) return
    const isTheirs = this.#stored !== undefined && text !== this.#written
    this.#stored = text
    if (this.#isEditing || this.#isRefused) return
    this.#put(text)
    if (isTheirs) flash(this.#frame)
  }

  /** Text in the field that is not stored, if there is any. */
  get unsaved(): string | undefined {
    return this.#isRefused || this.#input.value !== this.#written ? this.#input.value : undefined
  }

  get #isRefused(): boolean {
    return this.#note.isShown
  }

  get #isEditing(): boolean {
    return document.activeElement === this.#input
  }

  #put(text: string): void {
    this.#written = text
    if (this.#input.value !== text) this.#input.value = text
    this.#mirror()
  }

  /** The frame repeats the text invisibly, so that the field is as high as its text in every browser. */
  #mirror(): void {
    const { placeholder = '' } = this.#options
    setAttribute(this.#frame, 'data-text', `${this.#input.value || placeholder} `)
  }

  #onInput(): void {
    const { value } = this.#input
    if (value.includes('\n')) this.#input.value = value.replaceAll(/\s*\n\s*/g, ' ')
    this.#mirror()
    clearTimeout(this.#pause)
    if (this.#options.isRequired && value.trim() === '') return
    this.#pause = setTimeout(() => this.#saveChanged(), PAUSE_MS)
  }

  #onBlur(): void {
    this.#saveChanged()
    this.#showStored()
  }

  #onKey(event: KeyboardEvent): void {
    // A key that belongs to an input method is not ours.
    if (event.isComposing) return
    if (event.key === 'Enter') {
      event.preventDefault()
      this.#saveChanged()
    }
    if (event.key === 'Escape') this.#restore()
    if (event.key === 'ArrowUp') this.#step(event, 1)
    if (event.key === 'ArrowDown') this.#step(event, -1)
  }

  #restore(): void {
    this.#input.value = this.#beforeEditing
    this.#mirror()
    this.#saveChanged()
  }

  #step(event: KeyboardEvent, by: number): void {
    const next = Number(this.#input.value) + by
    if (!this.#options.step || !Number.isInteger(next)) return
    event.preventDefault()
    this.#saveChanged()
    this.#put(String(next))
    void this.#follow(this.#options.step(by))
  }

  #saveChanged(): void {
    clearTimeout(this.#pause)
    if (this.#input.value !== this.#written) this.#save()
  }

  #save(): void {
    this.#written = this.#input.value
    this.#setRefused(undefined)
    void this.#follow(this.#options.save(this.#written))
  }

  async #follow(outcome: Outcome): Promise<void> {
    const text = this.#written
    const write = ++this.#writes
    this.#writesUnderWay += 1
    const reason = await outcome
    this.#writesUnderWay -= 1
    if (reason === undefined) this.#showStored()
    else if (write === this.#writes) this.#keepRefused(text, reason)
  }

  #keepRefused(text: string, reason: string): void {
    if (!this.element.isConnected) return this.#options.orphan?.(text, reason)
    if (!this.#isEditing) this.#put(text)
    this.#setRefused(reason)
  }

  /** After editing, what others wrote meanwhile comes in; a write of ours that is under way is awaited first. */
  #showStored(): void {
    const isBusy = this.#isEditing || this.#isRefused || this.#writesUnderWay > 0
    if (!isBusy && this.#stored !== undefined && this.#input.value !== this.#stored) this.#put(this.#stored)
  }

  #setRefused(reason: string | undefined): void {
    const isRefused = reason !== undefined
    setAttribute(this.#input, 'aria-invalid', isRefused && 'true')
    setAttribute(this.#input, 'aria-describedby', isRefused && this.#note.id)
    this.#note.show(reason)
  }

  #discard(): void {
    this.#setRefused(undefined)
    this.#put(this.#stored ?? '')
    this.#input.focus()
  }
}

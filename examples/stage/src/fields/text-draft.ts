/**
 * What is in a text field: what is being typed, what was handed to the store, and what the store shows.
 *
 *   K2 honest   a refused text stays, with the reason, until its author has dealt with it
 *   R4 gentle   what others write never replaces text that is being written; it is shown when that is saved or given up
 *
 * It saves when typing pauses, on Enter, and when it is left. Escape puts back what was there before.
 */
import type { Range } from '../../schema/ranges.ts'
import type { Outcome } from '../sync/crew.ts'
import { isWithin, wholeNumber } from './whole-number.ts'

/** Long enough that a word is one write, short enough that others see it being written. */
const PAUSE_MS = 350

export interface TextDraftOptions {
  /** A required text is not saved empty while it is being retyped, only when the field is left so. */
  readonly isRequired?: boolean
  save(text: string): Outcome
  /** Keeps a text that is not stored when its field leaves the page. */
  orphan(text: string, reason: string): void
  /** Of a number: what it can be, and how far it is stepped. */
  readonly range?: Range
  /** Takes a number by so much to the next. */
  step?(by: number, next: number): Outcome
}

/** What the field shows. */
export interface ShownDraft {
  readonly text: string
  readonly refusal: string | undefined
  /** How often somebody else changed it. */
  readonly changesOfOthers: number
}

export class TextDraft {
  #options: TextDraftOptions
  #shown: ShownDraft
  /** What the store shows. */
  #stored: string
  /** What was last put into the field by the store, or handed to it. */
  #written: string
  #beforeEditing: string
  #isEditing = false
  #writes = 0
  #writesUnderWay = 0
  #isOnPage = true
  #pause: ReturnType<typeof setTimeout> | undefined
  readonly #listeners = new Set<() => void>()

  constructor(stored: string, options: TextDraftOptions) {
    this.#options = options
    this.#shown = { text: stored, refusal: undefined, changesOfOthers: 0 }
    this.#stored = stored
    this.#written = stored
    this.#beforeEditing = stored
  }

  get current(): ShownDraft {
    return this.#shown
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes the functions of the latest render. */
  follow(options: TextDraftOptions): void {
    this.#options = options
  }

  /** The store shows another text: the field does too, unless it holds one that is not saved. */
  onStored(stored: string): void {
    if (stored === this.#stored) return
    this.#stored = stored
    this.#showStored()
  }

  focus(): void {
    this.#isEditing = true
    this.#beforeEditing = this.#shown.text
  }

  type(text: string): void {
    this.#show({ text })
    clearTimeout(this.#pause)
    if (this.#options.isRequired && text.trim() === '') return
    this.#pause = setTimeout(() => this.saveChanged(), PAUSE_MS)
  }

  leave(): void {
    this.#isEditing = false
    this.saveChanged()
    this.#showStored()
  }

  saveChanged(): void {
    clearTimeout(this.#pause)
    if (this.#shown.text !== this.#written) this.save()
  }

  save(): void {
    this.#written = this.#shown.text
    this.#show({ refusal: undefined })
    void this.#await(this.#options.save(this.#written.trim()))
  }

  /** Puts back what was there when the field was entered, or what others have written since. */
  restore(): void {
    this.#show({ text: this.#beforeEditing })
    this.saveChanged()
    this.#showStored()
  }

  /** Steps the number in the field up (1) or down (-1), and no further than its range; false where there is none. */
  step(direction: 1 | -1): boolean {
    const { range, step } = this.#options
    const now = wholeNumber(this.#shown.text)
    if (!range || !step || now === undefined) return false
    const next = Math.min(Math.max(now + direction * range.step, range.from), range.to)
    if (next === now) return true
    // What is refused is nothing to step from.
    if (!isWithin(now, range)) {
      this.#show({ text: String(next) })
      this.save()
      return true
    }
    this.saveChanged()
    this.#written = String(next)
    this.#show({ text: this.#written, refusal: undefined })
    void this.#await(step(next - now, next))
    return true
  }

  /** Gives up a refused text. */
  discard(): void {
    this.#written = this.#stored
    this.#show({ text: this.#stored, refusal: undefined })
  }

  enterPage(): void {
    this.#isOnPage = true
  }

  /** The field leaves the page: what is not saved is saved, and what cannot be is kept elsewhere. */
  leavePage(): void {
    this.#isOnPage = false
    this.#isEditing = false
    const { text, refusal } = this.#shown
    if (refusal !== undefined) this.#options.orphan(text, refusal)
    else this.saveChanged()
  }

  async #await(outcome: Outcome): Promise<void> {
    const text = this.#written
    this.#writes += 1
    const write = this.#writes
    this.#writesUnderWay += 1
    const reason = await outcome
    this.#writesUnderWay -= 1
    if (reason === undefined) this.#showStored()
    else if (write === this.#writes) this.#keepRefused(text, reason)
  }

  #keepRefused(text: string, reason: string): void {
    if (!this.#isOnPage) return this.#options.orphan(text, reason)
    if (this.#isEditing) return this.#show({ refusal: reason })
    this.#written = text
    this.#show({ text, refusal: reason })
  }

  /** What others wrote comes in, unless something here is not saved; a write of ours that is under way is awaited first. */
  #showStored(): void {
    const isTheirs = this.#stored !== this.#written.trim()
    if (this.#shown.refusal !== undefined || this.#writesUnderWay > 0) return
    // Of what was typed nothing is taken while it is written on, not even a space at its end.
    if (this.#isEditing && (!isTheirs || this.#shown.text !== this.#written)) return
    this.#written = this.#stored
    if (isTheirs) this.#beforeEditing = this.#stored
    this.#show({ text: this.#stored, changesOfOthers: this.#shown.changesOfOthers + (isTheirs ? 1 : 0) })
  }

  #show(change: Partial<ShownDraft>): void {
    const next = { ...this.#shown, ...change }
    const { text, refusal, changesOfOthers } = this.#shown
    if (next.text === text && next.refusal === refusal && next.changesOfOthers === changesOfOthers) return
    this.#shown = next
    for (const listener of this.#listeners) listener()
  }
}

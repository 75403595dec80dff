/**
 * What is in a text field: what is being typed, what was handed to the store, and what the store shows.
 *
 *   K2 honest   a refused text stays, with the reason, until its author has dealt with it
 *   R4 gentle   what others write never replaces text that is being written; it is shown when that is saved or given up
 *
 * It saves when typing pauses, on Enter, and when it is left. Escape puts back what was there before.
 */
import type { Range } from '../../schema/ranges.ts'
import { type Outcome, reasonIn, type Refused, settle } from '../sync/refusals.ts'
import { isWithin, wholeNumber } from './whole-number.ts'

/** Long enough that a word is one write, short enough that others see it being written. */
const PAUSE_MS = 350

export interface TextDraftOptions {
  /** A required text is not saved empty while it is being retyped, only when the field is left so. */
  readonly isRequired?: boolean
  /** What is half written means something else: it is saved on Enter and when the field is left, not when typing pauses. */
  readonly isSavedWhole?: boolean
  save(text: string): Outcome
  /** Keeps a text that is not stored when its field leaves the page. */
  orphan(text: string, refused: Refused): void
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
  #refused: Refused | undefined
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

  /** Whether it holds a text that was not taken, and of which no write was made. */
  get isOnlyHere(): boolean {
    return typeof this.#refused === 'string' && this.#shown.text.trim() !== ''
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
    if (this.#options.isSavedWhole || (this.#options.isRequired && text.trim() === '')) return
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

  /** The page goes, perhaps for ever: what is typed is saved now, unless a name is just being retyped. */
  hide(): void {
    const isEmptied = this.#options.isRequired && this.#shown.text.trim() === ''
    if (!isEmptied) this.saveChanged()
  }

  save(): void {
    this.#written = this.#shown.text
    const outcome = this.#options.save(this.#written.trim())
    this.#refuse(undefined)
    void this.#await(outcome)
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
    const outcome = step(next - now, next)
    this.#refuse(undefined, this.#written)
    void this.#await(outcome)
    return true
  }

  /** Gives up a refused text. */
  discard(): void {
    this.#written = this.#stored
    this.#refuse(undefined, this.#stored)
  }

  enterPage(): void {
    this.#isOnPage = true
  }

  /** The field leaves the page: what is not saved is saved, and what cannot be is kept elsewhere. */
  leavePage(): void {
    this.#isOnPage = false
    this.#isEditing = false
    if (this.#refused !== undefined) this.#options.orphan(this.#shown.text, this.#refused)
    else this.saveChanged()
  }

  async #await(outcome: Outcome): Promise<void> {
    const text = this.#written
    this.#writes += 1
    const write = this.#writes
    this.#writesUnderWay += 1
    const refused = await outcome
    this.#writesUnderWay -= 1
    if (refused === undefined) this.#showStored()
    else if (write === this.#writes) this.#keepRefused(text, refused)
    // What was written since stands in its place.
    else settle(refused)
  }

  #keepRefused(text: string, refused: Refused): void {
    if (!this.#isOnPage) return this.#options.orphan(text, refused)
    if (this.#isEditing) return this.#refuse(refused)
    this.#written = text
    this.#refuse(refused, text)
  }

  /** Another refusal than before, or none: the one before has been dealt with. */
  #refuse(refused: Refused | undefined, text = this.#shown.text): void {
    settle(this.#refused)
    this.#refused = refused
    this.#show({ text, refusal: refused && reasonIn(refused) })
  }

  /** What others wrote comes in, unless something here is not saved; a write of ours that is under way is awaited first. */
  #showStored(): void {
    const isTheirs = this.#stored !== this.#asStored(this.#written)
    if (this.#shown.refusal !== undefined || this.#writesUnderWay > 0) return
    // Of what was typed nothing is taken while it is written on, not even a space at its end.
    if (this.#isEditing && (!isTheirs || this.#shown.text !== this.#written)) return
    this.#written = this.#stored
    if (isTheirs) this.#beforeEditing = this.#stored
    this.#show({ text: this.#stored, changesOfOthers: this.#shown.changesOfOthers + (isTheirs ? 1 : 0) })
  }

  /** A text as the store gives it back: a number has one spelling there. */
  #asStored(text: string): string {
    const number = this.#options.range && wholeNumber(text)
    return number === undefined ? text.trim() : String(number)
  }

  #show(change: Partial<ShownDraft>): void {
    const next = { ...this.#shown, ...change }
    const { text, refusal, changesOfOthers } = this.#shown
    if (next.text === text && next.refusal === refusal && next.changesOfOthers === changesOfOthers) return
    this.#shown = next
    for (const listener of this.#listeners) listener()
  }
}

/**
 * Keeps what the user types in a field while its page is refreshed around it.
 *
 * The user types → the field is dirty → a refresh sets another value → it is offered in a notice, the text stays →
 * the form is reset, or sent and accepted → the field follows the page again. A form that is refused keeps its text.
 *
 *   R4 gentle   a refresh never takes away what somebody is typing
 */
import {
  answered,
  cleanField,
  keepMine,
  type KeptField,
  refreshed,
  sent,
  takeTheirs,
  typed,
} from './kept-field.ts'
import { type NoticeTexts, showNotice } from './notice.ts'
import { isRefreshing, listenToPage, refreshedValue, tellsAnswers } from './refreshes.ts'

/** A field: `<input>` (of text, or a box), `<textarea>` or `<select>`. */
export type TextField = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

export interface KeepFieldOptions {
  /** Where the page has the value, such as `account.name`; without it, what the page sets is compared. */
  readonly prop?: string
  readonly texts?: NoticeTexts
}

export interface FieldKeeper {
  update(options?: string | KeepFieldOptions): void
  destroy(): void
}

const keepers = new WeakMap<TextField, FieldKeeper>()

/**
 * Keeps a field: a Svelte action, `<input use:keepField={'account.name'}>`, and a function for everything else but
 * React, which has `useKeptField`. The page adapter has to be wrapped in `keepFields`.
 */
export function keepField(input: TextField, options?: string | KeepFieldOptions): FieldKeeper {
  const known = keepers.get(input)
  if (known) return known
  const keeper = keep(input, asOptions(options))
  keepers.set(input, keeper)
  return keeper
}

function keep(input: TextField, first: KeepFieldOptions): FieldKeeper {
  let options = first
  const value = valueOf(input)
  let field: KeptField = cleanField(value.get())
  /** What the page has set since the form was sent. */
  let set = field.text
  let notice: HTMLElement | undefined
  let stopListening = () => {}
  const { form } = input

  const become = (next: KeptField) => {
    const { theirs } = next
    if (theirs !== field.theirs) {
      notice?.remove()
      notice = theirs === undefined ? undefined : showNotice(input, theirs, actions, options.texts ?? {})
    }
    stopListening()
    // Only while it is dirty: a field that left the page with its form is then held by nothing.
    stopListening = next.isDirty ? listenToPage({ onRefresh, onAnswer }) : () => {}
    field = next
  }
  /** Shows the field's text; as if it had been typed, so that whatever listens to the field knows. */
  const show = () => {
    value.set(field.text)
    for (const type of ['input', 'change']) input.dispatchEvent(new Event(type, { bubbles: true }))
  }
  const actions = {
    onTheirs: () => {
      become(takeTheirs(field))
      show()
      input.focus()
    },
    onMine: () => {
      become(keepMine(field))
      input.focus()
    },
  }
  const held = () => (options.prop === undefined ? undefined : refreshedValue(options.prop))
  const onRefresh = () => {
    if (!input.isConnected) return destroy()
    const theirs = held()
    if (theirs !== undefined) become(refreshed(field, theirs))
    // A framework may choose an option without setting the value.
    if (value.get() !== field.text) show()
  }
  const onAnswer = (isRefused: boolean) => {
    if (!input.isConnected) return destroy()
    become(answered(field, held() ?? set, isRefused))
    if (value.get() !== field.text) show()
  }
  const onSet = (next: unknown) => {
    const text = value.textOf(next)
    set = text
    if (field.isDirty && (isRefreshing() || (field.sent !== undefined && tellsAnswers()))) {
      if (text === field.text) return
      if (isRefreshing()) become(refreshed(field, text))
      // What the page holds for the field is the user's again, so that it is what a submission sends.
      queueMicrotask(show)
    } else {
      if (text !== field.text) become(cleanField(text))
      value.set(next)
    }
  }
  const onInput = ({ isTrusted }: Event) => {
    if (isTrusted) become(typed(field, value.get()))
  }
  const onSent = () => {
    set = field.text
    become(sent(field))
  }
  // A form is reset after its event.
  const onReset = () => void setTimeout(() => become(cleanField(value.get())))
  const listening: [EventTarget | null, string, (event: Event) => void][] = [
    [input, 'input', onInput],
    [form, 'submit', onSent],
    [form, 'reset', onReset],
  ]
  const destroy = () => {
    notice?.remove()
    stopListening()
    keepers.delete(input)
    Reflect.deleteProperty(input, value.name)
    for (const [target, type, listener] of listening) target?.removeEventListener(type, listener)
  }

  Object.defineProperty(input, value.name, {
    configurable: true,
    enumerable: true,
    get: value.read,
    set: onSet,
  })
  for (const [target, type, listener] of listening) target?.addEventListener(type, listener)
  return { update: (next) => void (options = asOptions(next)), destroy }
}

function asOptions(options: string | KeepFieldOptions | undefined): KeepFieldOptions {
  return typeof options === 'string' ? { prop: options } : (options ?? {})
}

/** The field's own value, below what is laid over it, as text; of a box, whether it is checked. */
function valueOf(input: TextField) {
  const name = input.type === 'checkbox' ? 'checked' : 'value'
  const own = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), name)
  const read = () => own?.get?.call(input) as unknown
  return {
    name,
    read,
    get: () => String(read()),
    textOf: (next: unknown) => String(name === 'checked' ? !!next : (next ?? '')),
    set: (next: unknown) =>
      own?.set?.call(input, name === 'checked' ? next === true || next === 'true' : next),
  }
}

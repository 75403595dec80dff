/**
 * Keeps what the user types in a field while its page is refreshed around it.
 *
 * The user types → the field is dirty → a refresh sets another value → it is offered in a notice, the text stays →
 * the form is sent or reset → the field follows the page again.
 *
 *   R4 gentle   a refresh never takes away what somebody is typing
 */
import { cleanField, keepMine, type KeptField, refreshed, takeTheirs, typed } from './kept-field.ts'
import { type NoticeTexts, showNotice } from './notice.ts'
import { isRefreshing, onRefresh, refreshedValue } from './refreshes.ts'

/** A field with text: `<input>`, `<textarea>` or `<select>`. */
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
  let field: KeptField = cleanField(input.value)
  let notice: HTMLElement | undefined
  let stopRefresh = () => {}
  const value = valueProperty(input)
  const { form } = input

  const become = (next: KeptField) => {
    const { theirs } = next
    if (theirs !== field.theirs) {
      notice?.remove()
      notice = theirs === undefined ? undefined : showNotice(input, theirs, actions, options.texts ?? {})
    }
    stopRefresh()
    // Only while it is dirty: a field that left the page with its form is then held by nothing.
    stopRefresh = next.isDirty ? onRefresh(compare) : () => {}
    field = next
  }
  const actions = {
    onTheirs: () => {
      become(takeTheirs(field))
      value.set(field.text)
      // As if it had been typed, so that whatever listens to the field knows.
      announce(input)
      input.focus()
    },
    onMine: () => {
      become(keepMine(field))
      input.focus()
    },
  }
  const compare = () => {
    if (!input.isConnected) return destroy()
    const theirs = options.prop === undefined ? undefined : refreshedValue(options.prop)
    if (theirs !== undefined) become(refreshed(field, theirs))
  }
  const set = (next: unknown) => {
    const text = String(next ?? '')
    if (field.isDirty && isRefreshing()) {
      if (text === field.text) return
      become(refreshed(field, text))
      // What the page holds for the field is the user's again, so that it is what a submission sends.
      queueMicrotask(() => announce(input))
    } else {
      if (text !== field.text) become(cleanField(text))
      value.set(next)
    }
  }
  const onInput = ({ isTrusted }: Event) => {
    if (isTrusted) become(typed(field, input.value))
  }
  // A form is reset after its event.
  const onSent = () => void setTimeout(() => become(cleanField(input.value)))
  const destroy = () => {
    notice?.remove()
    stopRefresh()
    keepers.delete(input)
    Reflect.deleteProperty(input, 'value')
    input.removeEventListener('input', onInput)
    form?.removeEventListener('submit', onSent)
    form?.removeEventListener('reset', onSent)
  }

  Object.defineProperty(input, 'value', { configurable: true, enumerable: true, get: value.get, set })
  input.addEventListener('input', onInput)
  form?.addEventListener('submit', onSent)
  form?.addEventListener('reset', onSent)
  return { update: (next) => void (options = asOptions(next)), destroy }
}

function asOptions(options: string | KeepFieldOptions | undefined): KeepFieldOptions {
  return typeof options === 'string' ? { prop: options } : (options ?? {})
}

/** The field's own value, below what is laid over it. */
function valueProperty(input: TextField) {
  const { get, set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), 'value') ?? {}
  return { get: () => get?.call(input) as string, set: (value: unknown) => set?.call(input, value) }
}

function announce(input: TextField): void {
  for (const type of ['input', 'change']) input.dispatchEvent(new Event(type, { bubbles: true }))
}

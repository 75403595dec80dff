/** Keys that work on every page. */
import { useEffect } from 'react'
import type { Notices } from '../sync/notices.ts'

/** All keys of the page, for those who look them up. */
export const shortcuts: readonly { readonly keys: string; readonly does: string }[] = [
  { keys: '/', does: 'Search' },
  { keys: 'Tab', does: 'Next field' },
  { keys: 'Enter', does: 'Save the field; it is also saved when typing pauses' },
  { keys: 'Esc', does: 'Put back what was in the field' },
  { keys: '↑ ↓', does: 'Step a number up or down' },
  { keys: 'Alt ↑ ↓', does: 'Move the row' },
  { keys: 'Ctrl Z', does: 'Take back the last deletion, outside of a text' },
  { keys: '?', does: 'Show these keys' },
]

export const HELP_ID = 'keys'
export const SEARCH_ID = 'search'

/** Listens while somebody is signed in. */
export function useShortcuts(notices: Notices): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing) return
      const isCommand = event.ctrlKey || event.metaKey
      const isInField = isField(event.target)
      if (event.key === '/' && !isCommand && !isInField) focusSearch(event)
      if (event.key === '?' && !isInField) openHelp()
      if (event.key.toLowerCase() !== 'z' || !isCommand || event.shiftKey) return
      // In an empty field that nobody has written in there is nothing else to take back.
      const isUntouched = event.target !== written && isEmpty(event.target)
      if ((!isInField || isUntouched) && notices.actOnLast()) event.preventDefault()
    }
    let written: EventTarget | null = null
    const onInput = (event: Event) => {
      written = event.target
    }
    const onFocus = () => {
      written = null
    }
    addEventListener('keydown', onKey)
    addEventListener('input', onInput)
    addEventListener('focusin', onFocus)
    return () => {
      removeEventListener('keydown', onKey)
      removeEventListener('input', onInput)
      removeEventListener('focusin', onFocus)
    }
  }, [notices])
}

/** Opens the list of keys. */
export function openHelp(): void {
  const dialog = document.getElementById(HELP_ID)
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal()
}

function focusSearch(event: KeyboardEvent): void {
  const search = document.getElementById(SEARCH_ID)
  if (!search) return
  event.preventDefault()
  search.focus()
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input:not([type=checkbox]), textarea, select')
}

function isEmpty(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.matches(':is(input, textarea)') &&
    'value' in target &&
    target.value === ''
  )
}

/** Where the focus and the keys of a row go. */
import type { KeyboardEvent, MouseEvent } from 'react'
import { focusWhenThere } from '../frame/focus.ts'

/** Shows what somebody looked for, with the cursor in its first field. */
export function goTo(row: HTMLElement): void {
  row.scrollIntoView({ block: 'center' })
  row.querySelector<HTMLElement>('textarea, select')?.focus({ preventScroll: true })
}

/** Alt and an arrow move the row; on its handle the arrow alone does. */
export function moveByKey(event: KeyboardEvent, moveBy: (by: number) => void): void {
  const isHandle = event.target instanceof Element && event.target.classList.contains('handle')
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
  if (by === undefined || !(event.altKey || isHandle)) return
  event.preventDefault()
  moveBy(by)
}

/** False for the second click of a double one: another row is under the pointer by then. */
export function isFirstClick({ detail }: MouseEvent): boolean {
  return detail < 2
}

/** What can have the focus in a row, always in the same order. */
const FIELDS = 'textarea, input, select, button'

/** Keeps the focus in the same field of a row that may come to stand elsewhere, in another list perhaps. */
export function keepFocusIn(id: string): void {
  const at = [...(document.getElementById(id)?.querySelectorAll(FIELDS) ?? [])].findIndex(
    (field) => field === document.activeElement,
  )
  if (at < 0) return
  focusWhenThere(() => document.getElementById(id)?.querySelectorAll<HTMLElement>(FIELDS)[at])
}

/** Gives the focus on before a row is removed: to the row after it or before it, or to where rows are added. */
export function leaveRow(row: HTMLElement | null): void {
  const own = row?.querySelector<HTMLElement>('.remove')
  const section = row?.closest('section')
  if (!own || !section) return
  const target =
    beside(own, own.closest('table, [role="list"], ul:not([role])')) ??
    beside(own, section) ??
    section.querySelector<HTMLElement>(':scope > :is(form, .add-member) :is(input, select, button)')
  target?.focus()
}

function beside(button: HTMLElement, list: Element | null): HTMLElement | undefined {
  const all = [...(list?.querySelectorAll<HTMLElement>('.remove') ?? [])]
  const at = all.indexOf(button)
  return all[at + 1] ?? all[at - 1]
}

/** Gives the focus back to the row of a record that was brought back. */
export function returnToRow(id: string): void {
  focusWhenThere(() => document.getElementById(id)?.querySelector<HTMLElement>('.remove'))
}

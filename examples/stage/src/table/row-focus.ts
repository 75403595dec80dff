/** Where the focus and the keys of a row go. */
import type { KeyboardEvent } from 'react'

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

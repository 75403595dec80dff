/** Where the focus goes when what had it goes: whoever works with the keyboard goes on from there. */

/** How long something may take to come onto the page, in ms. */
const PATIENCE_MS = 1_000

/** Whether nothing has the focus, as after what had it was taken off the page. */
export function isFocusLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body
}

/** Gives the focus to the heading of the page, from which Tab leads into its content. */
export function focusPage(): void {
  document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
}

/** Gives the focus to what is about to come onto the page, unless something else has taken it meanwhile. */
export function focusWhenThere(find: () => HTMLElement | null | undefined, otherwise = focusPage): void {
  const until = performance.now() + PATIENCE_MS
  const look = () => {
    if (!isFocusLost()) return
    const found = find()
    if (found) return found.focus()
    if (performance.now() > until) return otherwise()
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}

/** Puts the focus on the heading of what is new on the page, for readers of the screen; does nothing while somebody works elsewhere. */
export function focusHeading(page: HTMLElement): void {
  if (document.activeElement !== document.body) return
  const headings = [...page.querySelectorAll('h1')]
  headings.find((heading) => heading.checkVisibility())?.focus({ preventScroll: true })
}

/** Where the focus goes when the row that had it is removed: the same place in the next row, or in the one before. */
export function neighbour(row: HTMLElement, selector: string): HTMLElement | null {
  const next = row.nextElementSibling ?? row.previousElementSibling
  return next?.querySelector<HTMLElement>(selector) ?? null
}

/**
 * A list on the page that follows a list of rows: one part per key, made once, updated in place, moved when needed.
 *
 *   R4 gentle   a part keeps its elements, so what somebody types in it stays; the one that has the focus is never
 *               moved, because moving an element takes the focus away: the others move around it
 */

/** What the page shows of one row. */
export interface Part<Row> {
  readonly element: HTMLElement
  update(row: Row): void
  /** Called when the row is gone, before the element is removed. */
  remove?(): void
}

/** Returns the function that brings `parent`'s children in line with rows. */
export function keyedList<Row>(
  parent: HTMLElement,
  keyOf: (row: Row) => string,
  make: (row: Row) => Part<Row>,
): (rows: readonly Row[]) => void {
  const parts = new Map<string, Part<Row>>()
  return (rows) => {
    removeOthers(parts, new Set(rows.map(keyOf)))
    const elements = rows.map((row) => partOf(parts, keyOf(row), () => make(row), row).element)
    arrange(parent, elements)
  }
}

function removeOthers<Row>(parts: Map<string, Part<Row>>, wanted: ReadonlySet<string>): void {
  for (const [key, part] of parts) {
    if (wanted.has(key)) continue
    parts.delete(key)
    part.remove?.()
    part.element.remove()
  }
}

function partOf<Row>(parts: Map<string, Part<Row>>, key: string, make: () => Part<Row>, row: Row): Part<Row> {
  const part = parts.get(key) ?? make()
  parts.set(key, part)
  part.update(row)
  return part
}

function arrange(parent: HTMLElement, elements: readonly HTMLElement[]): void {
  const focused = elements.find((each) => each.contains(document.activeElement))
  let place = parent.firstElementChild
  for (const each of elements) {
    if (each === focused) moveBehind(parent, place, focused)
    else if (each !== place) parent.insertBefore(each, place)
    if (each === place || each === focused) place = each.nextElementSibling
  }
}

/** Moves what stands between `from` and the focused element to the end, where it finds its place later. */
function moveBehind(parent: HTMLElement, from: Element | null, focused: HTMLElement): void {
  while (from && from !== focused) {
    const next = from.nextElementSibling
    parent.append(from)
    from = next
  }
}

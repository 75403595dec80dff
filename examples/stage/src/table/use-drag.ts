/**
 * Dragging a record to another place of its list by its handle, with a mouse, a pen or a finger.
 *
 * The list shows a line where the record would go; Escape gives up. The same can be done with Alt and the arrow keys.
 */
import { type PointerEvent, type RefObject, useEffect, useState } from 'react'

/** Closer than this to an edge of the window, in px, the list or the page scrolls. */
const EDGE_PX = 64
const SCROLL_PX = 14

interface Drag {
  readonly from: number
  readonly to: number
  /** Where the line is, in px from the top of the list. */
  readonly line: number
}

export interface DragHandle {
  onPointerDown(event: PointerEvent<HTMLElement>): void
  onPointerMove(event: PointerEvent<HTMLElement>): void
  onPointerUp(): void
  onPointerCancel(): void
}

/** Rows of the list carry `data-index`. The handle is the same in every render; `moveTo` is taken from the first. */
export function useDrag(
  list: RefObject<HTMLElement | null>,
  moveTo: (from: number, to: number) => void,
): { readonly drag: Drag | undefined; readonly handle: DragHandle } {
  const [drag, setDrag] = useState<Drag>()
  const isDragging = drag !== undefined
  const [{ handle, giveUp }] = useState(() => makeHandle(list, moveTo, setDrag))

  useEffect(() => {
    if (!isDragging) return
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && giveUp()
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [isDragging, giveUp])

  return { drag, handle }
}

function makeHandle(
  list: RefObject<HTMLElement | null>,
  moveTo: (from: number, to: number) => void,
  onDrag: (drag: Drag | undefined) => void,
): { readonly handle: DragHandle; readonly giveUp: () => void } {
  let current: Drag | undefined
  const show = (next: Drag | undefined) => {
    current = next
    onDrag(next)
  }
  const giveUp = () => show(undefined)
  const handle: DragHandle = {
    onPointerDown(event) {
      const index = Number(event.currentTarget.closest<HTMLElement>('[data-index]')?.dataset['index'])
      if (event.button !== 0 || Number.isNaN(index) || !list.current) return
      event.currentTarget.setPointerCapture(event.pointerId)
      show(placeAt(list.current, index, event.clientY))
    },
    onPointerMove(event) {
      if (!current || !list.current) return
      if (event.clientY < EDGE_PX) scrollAround(list.current, -SCROLL_PX)
      if (event.clientY > innerHeight - EDGE_PX) scrollAround(list.current, SCROLL_PX)
      show(placeAt(list.current, current.from, event.clientY))
    },
    onPointerUp() {
      const done = current
      giveUp()
      if (done && done.to !== done.from) moveTo(done.from, done.to)
    },
    onPointerCancel: giveUp,
  }
  return { handle, giveUp }
}

/** Scrolls the innermost of what is around the list that can still be scrolled that way. */
function scrollAround(list: HTMLElement, by: number): void {
  for (let around: HTMLElement | null = list; around; around = around.parentElement) {
    const before = around.scrollTop
    around.scrollBy(0, by)
    if (around.scrollTop !== before) return
  }
}

/** Before the first row whose middle is below the pointer, or behind all. */
function placeAt(list: HTMLElement, from: number, y: number): Drag {
  const top = list.getBoundingClientRect().top
  const rows = [...list.querySelectorAll<HTMLElement>('[data-index]')]
  const boxes = rows.map((row) => ({ index: Number(row.dataset['index']), box: row.getBoundingClientRect() }))
  const below = boxes.find(({ box }) => box.top + box.height / 2 > y)
  const before = below?.index ?? (boxes.at(-1)?.index ?? 0) + 1
  const line = (below?.box.top ?? boxes.at(-1)?.box.bottom ?? top) - top
  return { from, to: before > from ? before - 1 : before, line }
}

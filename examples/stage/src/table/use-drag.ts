/**
 * Dragging a record to another place of its list by its handle, with a mouse, a pen or a finger.
 *
 * The list shows a line where the record would go; Escape gives up. The same can be done with Alt and the arrow keys.
 */
import { type PointerEvent, type RefObject, useEffect, useLayoutEffect, useState } from 'react'

/** Closer than this to an edge of the window, in px, the list or the page scrolls. */
const EDGE_PX = 64
const SCROLL_PX = 14

interface Named {
  readonly id: string
}

interface Drag {
  /** Id of the row that moves. */
  readonly id: string
  /** Id of the row that it would stand before; undefined behind all. */
  readonly before: string | undefined
  /** Where the line is, in px from the top of the list. */
  readonly line: number
}

export interface DragHandle {
  onPointerDown(event: PointerEvent<HTMLElement>): void
  onPointerMove(event: PointerEvent<HTMLElement>): void
  onPointerUp(): void
  onPointerCancel(): void
}

type MoveTo = (id: string, before: string | undefined) => void

/**
 * Rows of the list carry `data-index`, and their id as that of the element. The handle is the same in every render;
 * `moveTo` is taken from the first. Others may change the list meanwhile: what moves is the row that was taken.
 */
export function useDrag(
  list: RefObject<HTMLElement | null>,
  rows: readonly Named[],
  moveTo: MoveTo,
): { readonly drag: Drag | undefined; readonly handle: DragHandle } {
  const [drag, setDrag] = useState<Drag>()
  const isDragging = drag !== undefined
  const [dragging] = useState(() => new Dragging(list, moveTo, setDrag))

  useLayoutEffect(() => dragging.follow(rows), [dragging, rows])
  useEffect(() => {
    if (!isDragging) return
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && dragging.giveUp()
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [isDragging, dragging])

  return { drag, handle: dragging.handle }
}

class Dragging {
  readonly #list: RefObject<HTMLElement | null>
  readonly #onDrag: (drag: Drag | undefined) => void
  #rows: readonly Named[] = []
  #current: Drag | undefined
  /** Where the pointer is. */
  #y = 0
  readonly handle: DragHandle

  constructor(list: RefObject<HTMLElement | null>, moveTo: MoveTo, onDrag: (drag: Drag | undefined) => void) {
    this.#list = list
    this.#onDrag = onDrag
    this.handle = {
      onPointerDown: (event) => {
        const id = event.currentTarget.closest<HTMLElement>('[data-index]')?.id
        if (event.button !== 0 || id === undefined) return
        event.currentTarget.setPointerCapture(event.pointerId)
        this.#place(id, event.clientY)
      },
      onPointerMove: ({ clientY }) => {
        if (!this.#current || !list.current) return
        if (clientY < EDGE_PX) scrollAround(list.current, -SCROLL_PX)
        if (clientY > innerHeight - EDGE_PX) scrollAround(list.current, SCROLL_PX)
        this.#place(this.#current.id, clientY)
      },
      onPointerUp: () => {
        const done = this.#current
        this.giveUp()
        if (done) moveTo(done.id, done.before)
      },
      onPointerCancel: () => this.giveUp(),
    }
  }

  giveUp(): void {
    this.#show(undefined)
  }

  /** The list is another now: the row may stand elsewhere, others under the pointer, or it is gone. */
  follow(rows: readonly Named[]): void {
    this.#rows = rows
    if (!this.#current) return
    const { id } = this.#current
    if (rows.some((row) => row.id === id)) this.#place(id, this.#y)
    else this.giveUp()
  }

  #place(id: string, y: number): void {
    this.#y = y
    if (this.#list.current) this.#show({ id, ...placeAt(this.#list.current, this.#rows, y) })
  }

  #show(next: Drag | undefined): void {
    this.#current = next
    this.#onDrag(next)
  }
}

/** Scrolls the innermost of what is around the list that can still be scrolled that way. */
function scrollAround(list: HTMLElement, by: number): void {
  for (let around: HTMLElement | null = list; around; around = around.parentElement) {
    const before = around.scrollTop
    around.scrollBy(0, by)
    if (around.scrollTop !== before) return
  }
}

/** Before the first row whose middle is below the pointer, or behind all that are on the page. */
function placeAt(list: HTMLElement, rows: readonly Named[], y: number): Pick<Drag, 'before' | 'line'> {
  const top = list.getBoundingClientRect().top
  const boxes = [...list.querySelectorAll<HTMLElement>('[data-index]')].map((row) => ({
    index: Number(row.dataset['index']),
    box: row.getBoundingClientRect(),
  }))
  const below = boxes.find(({ box }) => box.top + box.height / 2 > y)
  const last = boxes.at(-1)
  const index = below?.index ?? (last?.index ?? -1) + 1
  return { before: rows[index]?.id, line: (below?.box.top ?? last?.box.bottom ?? top) - top }
}

/** What can be done to the records of a list: the same object in every render, so that rows need not render for it. */
import { useEffect, useRef, useState } from 'react'
import { behind, type Placed } from '../sync/reorder.ts'
import { useCrew } from '../sync/crew-context.ts'
import type { AnyRow, EditedModel } from '../sync/rows.ts'
import { keepFocusIn } from './row-focus.ts'

export interface ListActions {
  /** Deletes a record, which can be taken back for a while. */
  remove(row: AnyRow, name: string): void
  /** Moves a record by so many places; says where it is then. */
  moveBy(row: AnyRow, name: string, by: number): void
  moveTo(from: number, to: number): void
  /** The number that puts a new record behind all others. */
  nextPlace(): number
}

export interface ListOptions {
  readonly model: EditedModel
  /** The field that holds the order. */
  readonly field: 'sortOrder' | 'position'
  readonly rows: readonly AnyRow[]
  /** Tells those who do not see it. */
  announce(text: string): void
  /** Called when a record at an end of the list is moved further. */
  onEdge?(row: AnyRow, by: number): void
}

export function useListActions(options: ListOptions): ListActions {
  const { crew } = useCrew()
  const latest = useRef(options)
  useEffect(() => {
    latest.current = options
  })
  const [actions] = useState((): ListActions => {
    const placed = (): Placed[] => {
      const { rows, field } = latest.current
      return rows.map((row) => ({ id: row.id, place: Number(row[field] ?? 0) }))
    }
    const moveTo = (from: number, to: number) => {
      const { model, field } = latest.current
      crew.move(model, field, placed(), from, to)
    }
    return {
      moveTo,
      remove: (row, name) => crew.remove(latest.current.model, row, name),
      moveBy(row, name, by) {
        const { rows, announce, onEdge } = latest.current
        const from = rows.findIndex(({ id }) => id === row.id)
        const to = Math.min(Math.max(from + by, 0), rows.length - 1)
        keepFocusIn(row.id)
        if (to === from) return onEdge?.(row, by)
        moveTo(from, to)
        announce(`${name} is now ${to + 1} of ${rows.length}.`)
      },
      nextPlace() {
        const { field } = latest.current
        return behind(placed(), field === 'position' ? 0 : Date.now() / 1_000)
      },
    }
  })
  return actions
}

/** A text that readers of the screen hear when it changes. */
export function useAnnouncer(): readonly [text: string, announce: (text: string) => void] {
  return useState('')
}

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
  /** Moves a record before another, or behind all. */
  moveTo(id: string, before: string | undefined): void
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
  /** Says what the deletion of a record means for others. */
  effectOf?(row: AnyRow): string
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
    const move = (from: number, to: number) => {
      const { model, field } = latest.current
      crew.move(model, field, placed(), from, to)
    }
    return {
      moveTo(id, before) {
        const { rows } = latest.current
        const indexOf = (wanted: string) => rows.findIndex((row) => row.id === wanted)
        const from = indexOf(id)
        const at = before === undefined ? rows.length : indexOf(before)
        if (from >= 0 && at >= 0) move(from, at > from ? at - 1 : at)
      },
      remove(row, name) {
        const { model, effectOf } = latest.current
        crew.remove(model, row, name, effectOf?.(row))
      },
      moveBy(row, name, by) {
        const { rows, announce, onEdge } = latest.current
        const from = rows.findIndex(({ id }) => id === row.id)
        const to = Math.min(Math.max(from + by, 0), rows.length - 1)
        keepFocusIn(row.id)
        if (to === from) return onEdge?.(row, by)
        move(from, to)
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

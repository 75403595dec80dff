/** One record: a row of a table, every cell edited in place. */
import { memo, useEffect, useRef } from 'react'
import type { Cell, Column, Kind } from '../entities/kind.ts'
import { useMayEdit } from '../sync/may-edit.ts'
import type { AnyRow } from '../sync/rows.ts'
import { CellView } from './cell-view.tsx'
import { goTo, isFirstClick, leaveRow, moveByKey } from './row-focus.ts'
import type { DragHandle } from './use-drag.ts'
import type { ListActions } from './use-list-actions.ts'

export interface EntityRowProps {
  readonly kind: Kind
  readonly row: AnyRow
  readonly name: string
  readonly index: number
  /** It is the record that the address names. */
  readonly isTarget: boolean
  readonly isDragged: boolean
  readonly mayRemove: boolean
  readonly actions: ListActions
  readonly handle: DragHandle
}

export const EntityRow = memo(function EntityRow(props: EntityRowProps) {
  const { kind, row, name, index, isTarget, isDragged, mayRemove, actions, handle } = props
  const mayMove = useMayEdit() && !kind.isSorted
  const element = useRef<HTMLTableRowElement>(null)
  useEffect(() => {
    if (isTarget && element.current) goTo(element.current)
  }, [isTarget])

  const remove = () => {
    leaveRow(element.current)
    actions.remove(row, name)
  }
  return (
    <tr
      ref={element}
      id={row.id}
      className={isDragged ? 'is-dragged' : undefined}
      data-index={index}
      data-status={row['status'] as string | undefined}
      aria-rowindex={index + 2}
      onKeyDown={(event) => mayMove && moveByKey(event, (by) => actions.moveBy(row, name, by))}
    >
      {kind.columns.map((column, at) =>
        at === 0 ? (
          <th key={column.heading} scope="row" className={classOf(column, at)}>
            {mayMove && (
              <button
                type="button"
                className="handle"
                tabIndex={-1}
                aria-label={`Move ${name}`}
                title="Drag, or Alt and arrow keys"
                {...handle}
              />
            )}
            <Cells column={column} isFirst {...props} />
          </th>
        ) : (
          <td key={column.heading} className={classOf(column, at)} data-heading={column.heading}>
            <Cells column={column} isFirst={false} {...props} />
          </td>
        ),
      )}
      {mayRemove && (
        <td className="cell-remove">
          <button
            type="button"
            className="remove"
            aria-label={`Delete ${name}`}
            title={`Delete ${name}`}
            onClick={(event) => isFirstClick(event) && remove()}
          />
        </td>
      )}
    </tr>
  )
})

function Cells({ column, isFirst, kind, row, name }: EntityRowProps & { column: Column; isFirst: boolean }) {
  return column.cells.map((cell, at) => (
    <CellView
      key={keyOf(cell)}
      cell={withoutEcho(cell, column)}
      model={kind.model}
      row={row}
      name={name}
      className={at > 0 ? 'is-second' : isFirst ? 'is-name' : 'is-first'}
    />
  ))
}

/** What stands in the heading need not stand in an empty field too; a narrow screen shows both. */
function withoutEcho(cell: Cell, { heading }: Column): Cell {
  return 'placeholder' in cell && cell.placeholder === heading ? { ...cell, placeholder: undefined } : cell
}

function keyOf(cell: Cell): string {
  return 'field' in cell ? cell.field : cell.type
}

/** How a narrow screen places the column. */
function classOf({ cells: [first] }: Column, at: number): string {
  if (at === 0) return 'cell-name'
  if ('field' in first && (first.field === 'status' || first.field === 'note')) return `cell-${first.field}`
  return first.type === 'number' || first.type === 'counter' ? 'cell-number' : `cell-${first.type}`
}

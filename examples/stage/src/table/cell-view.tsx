/** One field of one record, edited in place. */
import type { ReactNode } from 'react'
import { type Range, rangeOf } from '../../schema/ranges.ts'
import type { Cell } from '../entities/kind.ts'
import { ChoiceField, optionsOf } from '../fields/choice-field.tsx'
import { NumberField } from '../fields/number-field.tsx'
import { TextField } from '../fields/text-field.tsx'
import type { AnyRow, EditedModel } from '../sync/rows.ts'
import { useCrew } from '../sync/crew-context.ts'
import { CoresTaken, DeviceChoice, EquipmentChoice, SnakeChoice } from './reference-cells.tsx'
import { Edited } from './edited.tsx'

export interface CellProps<Shown = Cell> {
  readonly cell: Shown
  readonly model: EditedModel
  readonly row: AnyRow
  /** What the record is called. */
  readonly name: string
  /** How it is set: `is-name`, `is-first`, `is-second`. */
  readonly className?: string
}

export function CellView(props: CellProps): ReactNode {
  const { cell, row } = props
  switch (cell.type) {
    case 'text':
      return <TextCell {...props} cell={cell} />
    case 'number':
    case 'counter':
      return <NumberCell {...props} cell={cell} />
    case 'choice':
      return <ChoiceCell {...props} cell={cell} />
    case 'equipment':
      return <EquipmentChoice {...props} cell={cell} />
    case 'device':
      return <DeviceChoice {...props} cell={cell} />
    case 'snake':
      return <SnakeChoice {...props} cell={cell} />
    case 'coresTaken':
      return <CoresTaken snake={row} />
    case 'edited':
      return <Edited row={row} />
  }
}

/** What a column of whole numbers holds. */
const ANY: Range = { from: -2_147_483_648, to: 2_147_483_647, step: 1 }

function TextCell({ cell, model, row, name, className }: CellProps<Extract<Cell, { type: 'text' }>>) {
  const { crew } = useCrew()
  return (
    <TextField
      label={`${cell.label} of ${name}`}
      value={String(row[cell.field] ?? '')}
      className={className}
      placeholder={cell.placeholder}
      isRequired={cell.field === 'name'}
      save={(text) => crew.update(model, row.id, { [cell.field]: text })}
      orphan={(text, reason) => crew.lost(name, text, reason)}
    />
  )
}

function NumberCell({
  cell,
  model,
  row,
  name,
}: CellProps<Extract<Cell, { type: 'number' } | { type: 'counter' }>>) {
  const { crew } = useCrew()
  const { field, label, unit } = cell
  const write = (value: unknown) => crew.update(model, row.id, { [field]: value })
  return (
    <div className="number" data-unit={unit}>
      <NumberField
        word={label}
        label={`${label} of ${name}`}
        value={Number(row[field])}
        range={rangeOf(model, field) ?? ANY}
        save={write}
        add={cell.type === 'counter' ? (by) => write({ $inc: by }) : undefined}
        orphan={(text, reason) => crew.lost(name, text, reason)}
      />
    </div>
  )
}

function ChoiceCell({ cell, model, row, name, className }: CellProps<Extract<Cell, { type: 'choice' }>>) {
  const { crew } = useCrew()
  return (
    <ChoiceField
      label={`${cell.label} of ${name}`}
      value={String(row[cell.field] ?? '')}
      options={optionsOf(cell.values)}
      className={`${className ?? ''}${cell.field === 'status' ? ' has-lamp' : ''}`}
      save={(value) => crew.update(model, row.id, { [cell.field]: value })}
    />
  )
}

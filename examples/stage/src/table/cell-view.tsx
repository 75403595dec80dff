/** One field of one record, edited in place. */
import type { ReactNode } from 'react'
import type { Cell } from '../entities/kind.ts'
import { ChoiceField, optionsOf } from '../fields/choice-field.tsx'
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
      return <Edited by={row['lastModifiedBy'] as string | null} at={row['updatedAt'] as string | null} />
  }
}

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
  const save = async (text: string) => {
    const value = Number(text)
    if (text === '' || !Number.isInteger(value)) return `${label} is a whole number, and “${text}” is none.`
    return crew.update(model, row.id, { [field]: value })
  }
  return (
    <div className="number" data-unit={unit}>
      <TextField
        label={`${label} of ${name}`}
        value={String(row[field] ?? '')}
        className="is-number"
        isNumber
        save={save}
        step={
          cell.type === 'counter' ? (by) => crew.update(model, row.id, { [field]: { $inc: by } }) : undefined
        }
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

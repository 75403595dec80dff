/** Cells that several kinds have. */
import { deviceStatuses } from '../../schema/choices.ts'
import type { Cell, Column } from './kind.ts'

export const name: Cell = { type: 'text', field: 'name', label: 'Name' }

const status = (values: readonly string[] = deviceStatuses): Cell => ({
  type: 'choice',
  field: 'status',
  label: 'Status',
  values,
})

export const equipment = (category: string): Cell => ({
  type: 'equipment',
  field: 'equipmentId',
  label: 'Equipment',
  category,
})

export const text = (field: string, label: string, placeholder = label): Cell => ({
  type: 'text',
  field,
  label,
  placeholder,
})

export const number = (field: string, label: string, unit?: string): Cell => ({
  type: 'number',
  field,
  label,
  ...(unit && { unit }),
})

/** Status, and below it who changed the record last. */
export const statusColumn = (values?: readonly string[]): Column => ({
  heading: 'Status',
  width: '136px',
  cells: [status(values), { type: 'edited' }],
})

/** The same for kinds that have no status. */
export const editedColumn: Column = { heading: 'Edited', width: '136px', cells: [{ type: 'edited' }] }

export const noteColumn: Column = { heading: 'Note', cells: [text('note', 'Note')] }

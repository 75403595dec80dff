/** The equipment library, which all productions share. */
import { equipmentCategories } from '../../schema/choices.ts'
import { editedColumn, name, noteColumn, number, text } from './cells.ts'
import type { Kind } from './kind.ts'

export const library: Kind = {
  model: 'equipment',
  one: 'Piece of equipment',
  many: 'All equipment',
  hint: 'What the store has on its shelves goes here; productions choose from it.',
  isSorted: true,
  columns: [
    { heading: 'Equipment', width: '26%', cells: [name, text('manufacturer', 'Manufacturer')] },
    {
      heading: 'Category',
      width: '16%',
      cells: [{ type: 'choice', field: 'category', label: 'Category', values: equipmentCategories }],
    },
    { heading: 'In', width: '64px', cells: [number('inputs', 'Inputs')] },
    { heading: 'Out', width: '64px', cells: [number('outputs', 'Outputs')] },
    {
      heading: 'In store',
      width: '84px',
      cells: [{ type: 'counter', field: 'quantity', label: 'Quantity' }],
    },
    editedColumn,
    noteColumn,
  ],
}

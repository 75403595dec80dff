/** Connections and cable snakes. */
import { cables } from '../../schema/choices.ts'
import { editedColumn, name, noteColumn, number, text } from './cells.ts'
import type { Kind } from './kind.ts'

export const connections: Kind = {
  model: 'connection',
  tab: 'cabling',
  one: 'Connection',
  many: 'Connections',
  hint: 'A connection leads from one device to another. The signal flow is drawn from them.',
  columns: [
    {
      heading: 'From',
      width: '22%',
      cells: [{ type: 'device', field: 'fromId', label: 'From' }, text('fromPort', 'Output', 'Output')],
    },
    {
      heading: 'To',
      width: '22%',
      cells: [{ type: 'device', field: 'toId', label: 'To' }, text('toPort', 'Input', 'Input')],
    },
    {
      heading: 'Cable',
      width: '16%',
      cells: [
        { type: 'choice', field: 'cable', label: 'Cable', values: cables },
        { type: 'snake', field: 'snakeId', label: 'Snake' },
      ],
    },
    { heading: 'Label', width: '10%', cells: [text('label', 'Label')] },
    editedColumn,
    noteColumn,
  ],
}

export const cableSnakes: Kind = {
  model: 'cableSnake',
  tab: 'cabling',
  one: 'Cable snake',
  many: 'Cable snakes',
  hint: 'Multicore cables that several connections share.',
  columns: [
    { heading: 'Cable snake', width: '20%', cells: [name] },
    { heading: 'From', width: '14%', cells: [text('fromPlace', 'From')] },
    { heading: 'To', width: '14%', cells: [text('toPlace', 'To')] },
    {
      heading: 'Cable',
      width: '104px',
      cells: [{ type: 'choice', field: 'cable', label: 'Cable', values: cables }],
    },
    { heading: 'Metres', width: '72px', cells: [number('lengthM', 'Length in metres', 'm')] },
    { heading: 'Cores', width: '84px', cells: [number('cores', 'Cores'), { type: 'coresTaken' }] },
    editedColumn,
    noteColumn,
  ],
}

/** Switchers and routers. */
import { equipment, name, noteColumn, number, statusColumn, text } from './cells.ts'
import type { Kind } from './kind.ts'

export const switchers: Kind = {
  model: 'switcher',
  tab: 'switching',
  one: 'Switcher',
  many: 'Switchers',
  hint: 'The switcher is where a production comes together.',
  counted: ['ready', 'fault'],
  columns: [
    { heading: 'Switcher', width: '20%', cells: [name, text('location', 'Location', 'Where it stands')] },
    { heading: 'Equipment', width: '20%', cells: [equipment('Switcher'), text('operator', 'Operator')] },
    { heading: 'M/E', width: '56px', cells: [number('mixEffects', 'Mix effects')] },
    { heading: 'In', width: '56px', cells: [number('inputs', 'Inputs')] },
    { heading: 'Out', width: '56px', cells: [number('outputs', 'Outputs')] },
    statusColumn(),
    noteColumn,
  ],
}

export const routers: Kind = {
  model: 'router',
  tab: 'switching',
  one: 'Router',
  many: 'Routers',
  hint: 'A router is needed when more signals arrive than the switcher has inputs.',
  counted: ['ready', 'fault'],
  columns: [
    { heading: 'Router', width: '20%', cells: [name, text('address', 'Address')] },
    { heading: 'Equipment', width: '20%', cells: [equipment('Router')] },
    { heading: 'In', width: '56px', cells: [number('inputs', 'Inputs')] },
    { heading: 'Out', width: '56px', cells: [number('outputs', 'Outputs')] },
    statusColumn(),
    noteColumn,
  ],
}

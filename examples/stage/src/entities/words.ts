/** What records and their fields are called where they stand by themselves, as in a notice. */
import type { EditedModel } from '../sync/rows.ts'
import type { Cell } from './kind.ts'
import { kinds } from './kinds.ts'
import { library } from './library.ts'

const ONE: Readonly<Record<EditedModel, string>> = {
  camera: 'a camera',
  ccu: 'a CCU',
  source: 'a source',
  mediaServer: 'a media server',
  switcher: 'a switcher',
  router: 'a router',
  send: 'a send',
  ledScreen: 'an LED screen',
  projectionScreen: 'a projection screen',
  record: 'a record',
  stream: 'a stream',
  connection: 'a connection',
  cableSnake: 'a cable snake',
  checklistItem: 'a task',
  equipment: 'a piece of equipment',
  production: 'a production',
  productionMember: 'somebody on the crew',
}

/** "a camera" */
export function oneOf(model: EditedModel): string {
  return ONE[model]
}

/** Labels of what does not stand in a table. */
const LABELS: Readonly<Record<string, string>> = {
  startsAt: 'Starts',
  assignedTo: 'Who',
  completed: 'Done',
  ...Object.fromEntries(
    [
      'name',
      'venue',
      'status',
      'note',
      'client',
      'format',
      'sync',
      'timecode',
      'audio',
      'intercom',
      'phase',
      'role',
    ].map((field) => [field, field.charAt(0).toUpperCase() + field.slice(1)]),
  ),
}

/** "Note"; undefined for what people do not see as a field, such as a place in a list. */
export function labelOf(model: EditedModel, field: string): string | undefined {
  return cellOf(model, field)?.label ?? LABELS[field]
}

/** What was written, so that it can be copied: a text alone, or each with its label; nothing when there is none. */
export function contentOf(model: EditedModel, fields: Readonly<Record<string, unknown>>): string | undefined {
  const written = Object.entries(fields).flatMap(([field, value]) => {
    const label = labelOf(model, field)
    const isText = typeof value === 'number' || (typeof value === 'string' && value !== '')
    return label !== undefined && isText && !isReference(model, field)
      ? [[label, String(value)] as const]
      : []
  })
  const [first, ...others] = written
  if (!first) return undefined
  return others.length === 0 ? first[1] : written.map(([label, text]) => `${label}: ${text}`).join('\n')
}

/** Ids are nothing to read. */
function isReference(model: EditedModel, field: string): boolean {
  return ['equipment', 'device', 'snake'].includes(cellOf(model, field)?.type ?? '')
}

type LabelledCell = Extract<Cell, { field: string }>

function cellOf(model: EditedModel, field: string): LabelledCell | undefined {
  const kind = [...kinds, library].find((one) => one.model === model)
  const cells = kind?.columns.flatMap((column): readonly Cell[] => column.cells) ?? []
  return cells.find((cell): cell is LabelledCell => 'field' in cell && cell.field === field)
}

/** From the wire to the store: rows and changes with the values that pages see. */
import type { CompiledSchema, Field, Model } from '../../schema/model.ts'
import { differsOnWire, fromWire } from '../../schema/wire-value.ts'
import type { Change } from '../../protocol/messages/change.ts'
import { keptIn } from '../kept-in.ts'
import type { AnyRow } from '../query/row.ts'
import type { RowsChunk } from '../rooms/room-state.ts'
import type { StoreChange, StoreRecord } from './store-record.ts'

type Versions = Readonly<Record<string, number>>

/** Decodes a change; nothing when its model is not part of this app's schema. */
export function decodeChange(schema: CompiledSchema, change: Change): StoreChange | undefined {
  const model = schema.models[change.model]
  if (!model) return undefined
  const { fields = {} } = change
  const decoded = decodeFields(model, fields)
  return decoded === change.fields ? (change as StoreChange) : { ...change, fields: decoded }
}

/** Keeps the fields that this app knows, as rows hold them; most are already what they should be. */
export function decodeFields(
  model: Model,
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  let decoded: Record<string, unknown> | undefined
  for (const name in fields) {
    const field = model.fields[name]
    if (field && !differsOnWire(field)) continue
    decoded ??= { ...fields }
    if (field) decoded[name] = fromWire(field, fields[name])
    else delete decoded[name]
  }
  return decoded ?? fields
}

// `id`, `version`, `fieldVersions` come first in every chunk.
const LEADING = 3

/** Decodes a chunk of a load; nothing when its model is not part of this app's schema. */
export function decodeChunk(schema: CompiledSchema, chunk: RowsChunk): StoreRecord[] {
  const model = schema.models[chunk.model]
  if (!model) return []
  const cells = chunk.columns.flatMap((column, index) => {
    const field = index < LEADING ? undefined : model.fields[column]
    return field ? [{ index, field, isPlain: !differsOnWire(field) }] : []
  })
  // Rows all of whose fields have the record's version share them with others of that version.
  const known = new Map<number, Versions>([[1, {}]])
  return chunk.rows.map((values) => {
    const version = values[1] as number
    const uniform = () => Object.fromEntries(model.fieldNames.map((name) => [name, version]))
    const fieldVersions = (values[2] as Versions | null) ?? keptIn(known, version, uniform)
    return { model: model.name, version, fieldVersions, fields: decodeRow(cells, values) }
  })
}

/** Where a field's value stands in a row, and whether rows hold it as it is there. */
interface Cell {
  readonly index: number
  readonly field: Field
  readonly isPlain: boolean
}

function decodeRow(cells: readonly Cell[], values: readonly unknown[]): AnyRow {
  const row: Record<string, unknown> = { id: values[0] }
  cells.forEach(({ index, field, isPlain }) => {
    row[field.name] = isPlain ? values[index] : fromWire(field, values[index])
  })
  return row as AnyRow
}

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
  const { id, action, version, fieldVersions } = change
  const fields = decodeFields(model, change.fields ?? {})
  return { model: model.name, id, action, version, fields, fieldVersions }
}

/** Keeps the fields that this app knows, as rows hold them. */
export function decodeFields(
  model: Model,
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const decoded: Record<string, unknown> = {}
  for (const name of Object.keys(fields)) {
    const field = model.fields[name]
    if (field) decoded[name] = differsOnWire(field) ? fromWire(field, fields[name]) : fields[name]
  }
  return decoded
}

// `id`, `version`, `fieldVersions` come first in every chunk.
const LEADING = 3

/** Decodes a chunk of a load; nothing when its model is not part of this app's schema. */
export function decodeChunk(schema: CompiledSchema, chunk: RowsChunk): StoreRecord[] {
  const model = schema.models[chunk.model]
  if (!model) return []
  const cells = chunk.columns.flatMap((column, index) => {
    const field = index < LEADING ? undefined : model.fields[column]
    return field ? [{ index, name: field.name, field: differsOnWire(field) ? field : undefined }] : []
  })
  const uniform = uniformVersions(model)
  return chunk.rows.map((values) => {
    const version = values[1] as number
    const fieldVersions = (values[2] as Versions | null) ?? uniform(version)
    return { model: model.name, version, fieldVersions, fields: decodeRow(cells, values) }
  })
}

/** Where a field's value stands in a row; with the field where rows hold it in another form. */
interface Cell {
  readonly index: number
  readonly name: string
  readonly field: Field | undefined
}

function decodeRow(cells: readonly Cell[], values: readonly unknown[]): AnyRow {
  const row: Record<string, unknown> = { id: values[0] }
  for (const { index, name, field } of cells) {
    row[name] = field ? fromWire(field, values[index]) : values[index]
  }
  return row as AnyRow
}

/** Field versions of rows all of whose fields have the record's version; rows of one version share them. */
function uniformVersions(model: Model): (version: number) => Versions {
  const known = new Map<number, Versions>([[1, {}]])
  return (version) =>
    keptIn(known, version, () => Object.fromEntries(model.fieldNames.map((name) => [name, version])))
}

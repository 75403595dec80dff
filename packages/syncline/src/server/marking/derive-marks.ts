/**
 * From changes to the channels that they mark: pure, and one hop only, so that circles of associations cannot loop.
 *
 *   a create or update   marks the record with `refresh`, a delete with `remove`
 *   `:all`               likewise, when the model broadcasts to it
 *   associations         are marked with `refresh`; the trigger found them, because after a cascade the links are gone
 *
 * Channels stand under keys that hold ids as the database has them.
 */
import type { LogRow } from '../../postgres/log-row.ts'
import type { CompiledSchema, Model } from '../../schema/model.ts'
import { bareTable } from '../channel-target.ts'
import { collectionProp, type MarkedProp, parentProp, singleProp } from './marked-props.ts'
import { type MarkerAction, type Marks, type RecordAction, together } from './marks.ts'

export interface DerivedMarks {
  /** By key. */
  readonly channels: ReadonlyMap<string, Marks>
  /** Names of models of which any record may have changed: a table was emptied, or was not captured for a while. */
  readonly wholeModels: ReadonlySet<string>
}

/** Key of a record's channel. */
export const recordKey = (model: Model, id: string) => `${model.channel}:${id}`
/** Key of a nested collection's channel; as the trigger writes it. */
export const collectionKey = (model: Model, id: string, table: string) => `${recordKey(model, id)}/${table}`
/** Key of a model's `:all` channel. No id holds a zero character, so none is mistaken for it. */
export const allKey = (model: Model) => `${model.channel}:\0all`

/** Derives what a batch marks; each channel once, however many changes concern it. */
export function deriveMarks(schema: CompiledSchema, rows: readonly LogRow[]): DerivedMarks {
  const channels = new Map<string, Marks>()
  const wholeModels = new Set<string>()
  const mark = (key: string, marks: Marks) => {
    const known = channels.get(key)
    channels.set(key, known ? together(known, marks) : marks)
  }
  for (const row of rows) {
    const model = modelOf(schema, row)
    if (!model) continue
    if (row.action === 'truncate') for (const name of reachedBy(schema, model)) wholeModels.add(name)
    else markRow(schema, model, row, mark)
  }
  return { channels, wholeModels }
}

type Mark = (key: string, marks: Marks) => void

function markRow(schema: CompiledSchema, model: Model, row: LogRow, mark: Mark): void {
  const record = RECORD_ACTIONS[row.action as keyof typeof RECORD_ACTIONS]
  const changed = changedFields(model, row)
  const marksOf = (prop: MarkedProp, action: MarkerAction, of: RecordAction): Marks => ({
    action,
    props: isNamed(prop, changed) ? [prop.prop] : [],
    record: of,
    at: row.at,
  })
  // A row of `@table` carries nothing but marks.
  if (!row.model.startsWith('@')) {
    const action = record === 'destroy' ? 'remove' : 'refresh'
    mark(recordKey(model, row.id), marksOf(singleProp(model), action, record))
    if (model.broadcastsTo.includes('all'))
      mark(allKey(model), marksOf(collectionProp(model), action, record))
  }
  for (const key of associated(row)) {
    const parent = schema.byChannel[key.slice(0, key.indexOf(':'))]
    if (!parent) continue
    const isNested = key.endsWith(`/${bareTable(model)}`)
    const prop = isNested ? collectionProp(model) : parentProp(model, parent)
    if (isNested) mark(key, marksOf(prop, 'refresh', record))
    else mark(key, { ...marksOf(prop, 'refresh', 'update'), isOfOther: true })
  }
}

/** What left a room is still there, and what entered one need not be new. */
const RECORD_ACTIONS = {
  create: 'create',
  update: 'update',
  enter: 'update',
  leave: 'update',
  delete: 'destroy',
} as const

function associated({ marks }: LogRow): readonly string[] {
  return marks === null ? [] : (JSON.parse(marks) as string[])
}

/** Fields that an update changed, when a prop of the model depends on them; null when any may have. */
function changedFields({ refreshes }: Model, { action, fields }: LogRow): ReadonlySet<string> | null {
  const isAsked = [refreshes?.single, refreshes?.collection, refreshes?.parent].some(
    (prop) => typeof prop === 'object' && prop.when !== undefined,
  )
  if (!isAsked || action !== 'update' || fields === null) return null
  return new Set(Object.keys(JSON.parse(fields)))
}

function isNamed({ when }: MarkedProp, changed: ReadonlySet<string> | null): boolean {
  return when === undefined || changed === null || when.some((field) => changed.has(field))
}

function modelOf(schema: CompiledSchema, { model }: LogRow): Model | undefined {
  if (!model.startsWith('@')) return schema.models[model]
  return Object.values(schema.models).find(({ table }) => `@${table}` === model)
}

/** The model itself and those that its changes mark. */
function reachedBy(schema: CompiledSchema, model: Model): string[] {
  const associations = [...model.broadcastsTo, ...(model.broadcastsOnChangeOf ?? [])]
  const targets = associations.flatMap((name) => schema.relations[model.name]?.[name]?.to ?? [])
  return [model.name, ...targets]
}

/**
 * Marks: the channels of other records that a change must refresh (step 1), found by the trigger itself, because after
 * a cascade the links are gone. The channels of the record itself follow from the log row.
 *
 * `broadcastsTo: ['account']` marks `Account:{id}` and `Account:{id}/account_users`; `broadcastsOnChangeOf` marks only
 * the latter. A child that moves marks its old and its new parent.
 */
import type { CompiledSchema, Field, Model } from '../../schema/model.ts'
import { quoteIdentifier } from '../sql.ts'
import type { CapturedTable } from './captured-table.ts'
import type { ComparedColumn } from './changed-expression.ts'
import { literal } from './sql-text.ts'

/** A reference whose target is marked. */
export interface Mark {
  readonly reference: ComparedColumn
  /** `Account`. */
  readonly channel: string
  /** Names of the collections of this model's records: `account_users`. */
  readonly collection: string
  /** Whether the record's own channel is marked too. */
  readonly isWhole: boolean
}

/** Marks of a model along its to-one associations. */
export function broadcastMarks(
  schema: CompiledSchema,
  model: Model,
  compare: (column: string) => ComparedColumn,
): Mark[] {
  const whole = model.broadcastsTo.map((association) => ({ association, isWhole: true }))
  const partial = (model.broadcastsOnChangeOf ?? []).map((association) => ({ association, isWhole: false }))
  return [...whole, ...partial].flatMap(({ association, isWhole }) => {
    const field = referenceOf(schema, model, association)
    if (field === undefined) return []
    const target = schema.models[field.references as string] as Model
    return [
      { reference: compare(field.column), channel: target.channel, collection: tableName(model), isWhole },
    ]
  })
}

function referenceOf(schema: CompiledSchema, model: Model, association: string): Field | undefined {
  const relation = schema.relations[model.name]?.[association]
  return relation?.kind === 'one' ? model.fields[relation.field] : undefined
}

function tableName(model: Model): string {
  return model.table.split('.').at(-1) as string
}

export function hasMarks({ marks }: Pick<CapturedTable, 'marks'>): boolean {
  return marks.length > 0
}

/** Sets `log_marks` to the channels that a change must refresh: along the new references, the old ones, or both. */
export function marksText(table: CapturedTable, which: 'old' | 'new' | 'both'): string {
  if (!hasMarks(table)) return ''
  const aliases = which === 'both' ? (['new', 'old'] as const) : ([which] as const)
  const channels = aliases.flatMap((alias) => table.marks.flatMap((mark) => channelsOf(mark, alias)))
  return `log_marks := pg_catalog.to_jsonb(array(select distinct c.channel from pg_catalog.unnest(array[
    ${channels.join(',\n    ')}]) as c (channel) where c.channel is not null));`
}

function channelsOf({ reference, channel, collection, isWhole }: Mark, alias: 'old' | 'new'): string[] {
  const id = `${alias}.${quoteIdentifier(reference.name)}::pg_catalog.text`
  const record = `${literal(`${channel}:`)} operator(pg_catalog.||) ${id}`
  const nested = `${record} operator(pg_catalog.||) ${literal(`/${collection}`)}`
  return isWhole ? [record, nested] : [nested]
}

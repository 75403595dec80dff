/**
 * What a view shows: the records of one model that fulfil a condition, for whoever joins it.
 *
 *   Production:mine             the root records that the user may read; one view for users with equal conditions
 *   Account:7/account_users     the records that belong to one, for whoever may read that one
 *   Person:7/accounts           of those, what the user may read, where their model has a rule of its own
 *
 * The log knows no views: which records are in one is found by asking again about those that a batch has touched.
 */
import { createHash } from 'node:crypto'
import { RECORD } from '../../postgres/log/snapshot.ts'
import type { Rules } from '../../postgres/rules.ts'
import { type Sql, sql } from '../../postgres/sql.ts'
import type { User } from '../../protocol/user.ts'
import type { CompiledSchema, Model, Relation } from '../../schema/model.ts'
import type { ChannelTarget, CollectionTarget } from '../channel-target.ts'
import { conditionKey } from '../rooms/check-readers.ts'

export interface ViewDefinition {
  /** Equal for equal views. */
  readonly key: string
  /** Key of the channel in cursors, 16 hex digits. */
  readonly cursorKey: string
  readonly model: Model
  /** The record stands in it as `RECORD`. */
  readonly condition: Sql
  /** Whether whoever reads what the list belongs to reads every record of it by that alone. */
  readonly isReadWithParent: boolean
  /** Names that a log row's `model` may have when any record may have come or gone, beside those that guard the model. */
  readonly dependencies: ReadonlySet<string>
}

/** Defines the view of a list or a collection; null for a channel that is a room of the log. */
export function defineView(
  schema: CompiledSchema,
  rules: Rules,
  target: ChannelTarget,
  channel: string,
  user: User,
): ViewDefinition | null {
  if (target.kind === 'mine') {
    const { model } = target
    const condition = rules.read(model, user, RECORD)
    return view(channel, { model, condition, dependencies: NONE, isReadWithParent: false })
  }
  if (target.kind !== 'collection') return null
  const { relation, id, model: parent } = target
  const model = schema.models[relation.to] as Model
  const dependencies = new Set(relation.through === undefined ? [] : [relation.through])
  const belongs = belongsTo(schema, parent, relation, id)
  const isReadWithParent = isReadWith(rules, target, model)
  const condition = isReadWithParent
    ? belongs
    : sql`${belongs} and (${rules.read(model, user, RECORD)}
)`
  return view(channel, { model, condition, dependencies, isReadWithParent })
}

/**
 * Whether each record of the collection is read by whoever reads the one it belongs to: then it is one view for all.
 * So is one of a model for which nothing but the collection is declared: that is its only rule.
 */
function isReadWith(
  rules: Rules,
  { model: parent, relation: { through, field }, isUndeclared }: CollectionTarget,
  model: Model,
): boolean {
  if (rules.readingRules(model).length === 0) return isUndeclared !== true
  return through === undefined && rules.isReadThrough(model, model.fields[field]?.column ?? field, parent)
}

function view(channel: string, defined: Omit<ViewDefinition, 'key' | 'cursorKey'>): ViewDefinition {
  const { condition } = defined
  return {
    ...defined,
    key: `${channel} ${conditionKey(condition.text(), condition.values)}`,
    cursorKey: createHash('sha256').update(channel).digest('hex').slice(0, 16),
  }
}

const NONE: ReadonlySet<string> = new Set()

/** Condition under which a record belongs to the one with this id. */
function belongsTo(schema: CompiledSchema, from: Model, relation: Relation, id: string): Sql {
  const record = (column: string) => sql.identifier(`${RECORD}.${column}`)
  const ownId = sql`${id}::text::${sql.raw(from.idType)}`
  const columnOf = (model: Model, field: string) => model.fields[field]?.column ?? field
  const target = schema.models[relation.to] as Model
  if (relation.through === undefined) return sql`${record(columnOf(target, relation.field))} = ${ownId}`
  const through = schema.models[relation.through] as Model
  const link = (field: string | undefined) => sql.identifier(`link.${columnOf(through, field ?? '')}`)
  return sql`exists (select 1 from ${sql.identifier(through.table)} as link where ${link(relation.field)} = ${ownId} and ${link(relation.targetField)} = ${record(target.idColumn)})`
}

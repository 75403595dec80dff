/**
 * Marks: the channels of other records that a change must refresh (step 1), found by the trigger itself, because after
 * a cascade the links are gone. The channels of the record itself follow from the log row.
 *
 *   to one    `broadcastsTo: ['account']` marks `Account:{id}` and `Account:{id}/account_users`, of the old parent and
 *             of the new one when a child moves
 *   to many   each record that refers to this one, or that a link joins to it; before a delete, a trigger of its own
 *             looks them up (`mark-function.ts`)
 *
 * `broadcastsOnChangeOf` marks the collections only.
 */
import type { CompiledSchema, Field, Model, Relation } from '../../schema/model.ts'
import { quoteIdentifier } from '../sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { type ComparedColumn, isAnyChanged } from './changed-expression.ts'
import { choose, literal } from './sql-text.ts'

interface Marking {
  /** `Account`. */
  readonly channel: string
  /** Name of the collection of this model's records: `account_users`; null where the other has none. */
  readonly collection: string | null
  /** Whether the record's own channel is marked too. */
  readonly isWhole: boolean
}

/** A reference whose target is marked. */
export interface Mark extends Marking {
  readonly reference: ComparedColumn
}

/** Records to mark that stand in another table: those that refer to this one, or the far ends of links. */
export interface LinkedMark extends Marking {
  /** Quoted and qualified. */
  readonly table: string
  /** Column of that table that holds this record's id. */
  readonly ownColumn: string
  /** Column of that table that holds the marked record's id. */
  readonly targetColumn: string
}

/** Marks of a model along its to-one associations. */
export function broadcastMarks(
  schema: CompiledSchema,
  model: Model,
  compare: (column: string) => ComparedColumn,
): Mark[] {
  return associations(schema, model).flatMap(({ relation, isWhole }) => {
    if (relation.kind !== 'one') return []
    const { column } = model.fields[relation.field] as Field
    const { channel } = schema.models[relation.to] as Model
    return [{ reference: compare(column), channel, collection: tableName(model), isWhole }]
  })
}

/** Marks of a model along its to-many associations. */
export function linkedMarks(
  schema: CompiledSchema,
  model: Model,
  qualifiedTable: (model: string) => string,
): LinkedMark[] {
  return associations(schema, model).flatMap(({ relation, isWhole }): LinkedMark[] => {
    if (relation.kind === 'one') return []
    const target = schema.models[relation.to] as Model
    const link = schema.models[relation.through ?? relation.to] as Model
    const isMany = relation.kind === 'manyToMany'
    // A record that refers to this one has no collection of such.
    if (!isMany && !isWhole) return []
    return [
      {
        channel: target.channel,
        collection: isMany ? tableName(model) : null,
        isWhole,
        table: qualifiedTable(link.name),
        ownColumn: (link.fields[relation.field] as Field).column,
        targetColumn: isMany ? (link.fields[relation.targetField as string] as Field).column : link.idColumn,
      },
    ]
  })
}

function associations(
  schema: CompiledSchema,
  model: Model,
): { readonly relation: Relation; readonly isWhole: boolean }[] {
  const named = (names: readonly string[], isWhole: boolean) =>
    names.flatMap((name) => {
      const relation = schema.relations[model.name]?.[name]
      return relation ? [{ relation, isWhole }] : []
    })
  return [...named(model.broadcastsTo, true), ...named(model.broadcastsOnChangeOf ?? [], false)]
}

function tableName(model: Model): string {
  return model.table.split('.').at(-1) as string
}

export function hasMarks({
  marks,
  linkedMarks: linked,
}: Pick<CapturedTable, 'marks' | 'linkedMarks'>): boolean {
  return marks.length > 0 || linked.length > 0
}

/** Sets `log_marks` to the channels that a change must refresh: along the new references, the old ones, or both. */
export function marksText(table: CapturedTable, which: 'old' | 'new' | 'both'): string {
  if (!hasMarks(table)) return ''
  const set = (aliases: readonly ('old' | 'new')[]) => `log_marks := ${marksOf(table, aliases)};`
  if (which !== 'both') return set([which])
  const references = table.marks.map(({ reference }) => reference)
  return choose([[isAnyChanged(references), set(['new', 'old'])]], set(['new']))
}

/** Those channels as one expression. */
export function marksOf(table: CapturedTable, aliases: readonly ('old' | 'new')[]): string {
  const channels = aliases.flatMap((alias) => table.marks.flatMap((mark) => channelsOf(mark, alias)))
  // Those of a record that is gone were looked up before it went.
  const linked = aliases.includes('new') ? linkedChannels(table, 'new') : []
  // No query, where none is needed: it would cost each write another 10 µs (`bench`: G15).
  const [alias, another] = aliases
  const isPlain = channels.length > 0 && linked.length === 0 && another === undefined
  if (isPlain && alias !== undefined && areDistinct(table.marks)) return plainMarks(table.marks, alias)
  const ownReferences =
    channels.length === 0
      ? []
      : [`select c.channel from pg_catalog.unnest(array[\n    ${channels.join(',\n    ')}]) as c (channel)`]
  return distinctMarks([...ownReferences, ...linked])
}

/** Two references may lead to one record only if they are to one model. */
function areDistinct(marks: readonly Mark[]): boolean {
  return new Set(marks.map(({ channel }) => channel)).size === marks.length
}

/** Built as JSON at once: arrays of text, and nulls taken out of them, would cost each write another µs. */
function plainMarks(marks: readonly Mark[], alias: 'old' | 'new'): string {
  return marks
    .map((mark) => {
      const list = `pg_catalog.jsonb_build_array(${channelsOf(mark, alias).join(', ')})`
      return `case when ${referenceOf(mark, alias)} is not null then ${list} else '[]' end`
    })
    .join(' operator(pg_catalog.||) ')
}

/** Sets `log_marks` to the channels that the record's links reach. */
export function linkedMarksText(table: CapturedTable): string {
  return `log_marks := ${distinctMarks(linkedChannels(table, 'old'))};`
}

function distinctMarks(selects: readonly string[]): string {
  if (selects.length === 0) return 'null'
  return `pg_catalog.to_jsonb(array(select distinct m.channel from (
    ${selects.join('\n    union all ')}) as m (channel) where m.channel is not null))`
}

function channelsOf(mark: Mark, alias: 'old' | 'new'): string[] {
  return channelNames(mark, `${referenceOf(mark, alias)}::pg_catalog.text`)
}

function referenceOf({ reference }: Mark, alias: 'old' | 'new'): string {
  return `${alias}.${quoteIdentifier(reference.name)}`
}

function linkedChannels(table: CapturedTable, alias: 'old' | 'new'): string[] {
  const id = `${alias}.${quoteIdentifier(table.id.name)}`
  return table.linkedMarks.flatMap((mark) =>
    channelNames(mark, `l.${quoteIdentifier(mark.targetColumn)}::pg_catalog.text`).map(
      (name) =>
        `select ${name} from ${mark.table} as l where l.${quoteIdentifier(mark.ownColumn)} operator(pg_catalog.=) ${id}`,
    ),
  )
}

function channelNames({ channel, collection, isWhole }: Marking, id: string): string[] {
  const record = `${literal(`${channel}:`)} operator(pg_catalog.||) ${id}`
  const nested = collection === null ? [] : [`${record} operator(pg_catalog.||) ${literal(`/${collection}`)}`]
  return isWhole ? [record, ...nested] : nested
}

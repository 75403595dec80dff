/**
 * Reads records for REST: only what the user may see at that moment (A1), and nothing that tells a missing record
 * from a forbidden one (A3): both are conditions of one statement.
 */
import { type Sql, sql } from '../../../postgres/sql.ts'
import type { User } from '../../../protocol/user.ts'
import type { Model } from '../../../schema/model.ts'
import type { Core } from '../../../server/core.ts'
import type { ListQuery } from './list-query.ts'
import {
  RECORD,
  type RecordRow,
  belongsTo,
  column,
  parentExists,
  recordText,
  selectRecords,
} from './record-sql.ts'
import type { Parent, Target } from './target.ts'

export interface Page {
  /** JSON text of each record. */
  readonly records: readonly string[]
  /** `after` of the next page, when there is more. */
  readonly next?: string
}

export interface FoundRecord {
  readonly text: string
  readonly version: number
}

/** A page of the records that the user may see; null when the parent is not there for this user. */
export async function readPage(
  core: Core,
  user: User,
  target: Target,
  query: ListQuery,
): Promise<Page | null> {
  const { model, parent } = target
  if (parent && !(await isParentReadable(core, user, parent))) return null
  const conditions = [
    ...visible(core, user, target),
    ...query.equal.map(([field, value]) =>
      value === null ? sql`${column(field.column)} is null` : sql`${column(field.column)} = ${value}`,
    ),
  ]
  if (query.after !== undefined) conditions.push(sql`${column(model.idColumn)} > ${query.after}`)
  const rows = await run(
    core,
    sql`${selectRecords(model)} where ${sql.join(conditions, ' and ')} order by ${column(model.idColumn)} limit ${query.limit + 1}`,
  )
  const shown = rows.slice(0, query.limit)
  const records = shown.map((row) => recordText(core.shown, model, row))
  const last = rows.length > shown.length ? shown.at(-1) : undefined
  return { records, next: last && core.shown.id(model.name, last.id) }
}

/** One record that the user may see, inside the parent of the path if there is one. */
export async function readRecord(
  core: Core,
  user: User,
  target: Target & { id: string },
): Promise<FoundRecord | null> {
  const { model, id, parent } = target
  const conditions = [sql`${column(model.idColumn)} = ${id}`, ...visible(core, user, target)]
  if (parent) conditions.push(parentCondition(core, user, parent))
  const [row] = await run(core, sql`${selectRecords(model)} where ${sql.join(conditions, ' and ')}`)
  return row ? { text: recordText(core.shown, model, row), version: row.version } : null
}

/** Whether the user may read the parent that the path names. */
export async function isParentReadable(core: Core, user: User, parent: Parent): Promise<boolean> {
  const condition = parentCondition(core, user, parent)
  const rows = await core.database.query(`select 1 as found where ${condition.text()}`, condition.values)
  return rows.length > 0
}

/** Whether a record with these fields would be inside the parent, as far as its references lead there. */
export async function leadsInto(
  core: Core,
  { model: root, id, belonging }: Parent,
  fields: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  if (belonging.by !== 'column') return true
  const between = core.schema.models[belonging.first.references ?? ''] as Model
  const room = between.rooms.find((path) => path.root === root.name)
  const named = fields[belonging.first.name]
  const firstId = typeof named === 'string' ? core.ids.decode(between, named) : null
  if (!room || firstId === null) return false
  const isThere = sql`select 1 from ${sql.identifier(between.table)} as ${sql.identifier(RECORD)} where ${column(between.idColumn)} = ${firstId} and ${column(room.column)} = ${id}`
  return (await core.database.query(isThere.text(), isThere.values)).length > 0
}

function visible(core: Core, user: User, { model, parent }: Target): Sql[] {
  const readable = sql`(${core.rules.read(model, user, RECORD)})`
  return parent ? [readable, belongsTo(model, parent.belonging, parent.id)] : [readable]
}

function parentCondition(core: Core, user: User, { model, id }: Parent): Sql {
  return parentExists(model, id, (alias) => core.rules.read(model, user, alias))
}

function run(core: Core, statement: Sql): Promise<RecordRow[]> {
  return core.database.query<RecordRow>(statement.text(), statement.values)
}

/** Selects records as JSON text per field, so that an answer is put together without parsing. */
import { type Sql, sql } from '../../../postgres/sql.ts'
import { wireFromColumn } from '../../../postgres/capture/wire-sql.ts'
import type { Model } from '../../../schema/model.ts'
import type { ShownIds } from '../../../server/ids/shown-ids.ts'
import type { Belonging } from './target.ts'

/** The record in every statement; no access rule gives a table of its own this name. */
export const RECORD = 'sync_record'
const PARENT = 'sync_parent'

/** One selected record: the id, the version, and in `f0`, `f1`, … the JSON text of the fields in order. */
export interface RecordRow {
  readonly id: string
  readonly version: number
  readonly field_versions: string | null
  readonly [field: string]: unknown
}

/** A column of the record as it stands in the statement. */
export function column(name: string, alias = RECORD): Sql {
  return sql`${sql.identifier(alias)}.${sql.identifier(name)}`
}

/** `select … from table`, without a `where`. */
export function selectRecords(model: Model): Sql {
  const { version, fieldVersions } = model.columns
  const fields = model.fieldNames.map((name, index) => {
    const field = model.fields[name]
    const value = field ? wireFromColumn(field, column(field.column).text()) : 'null'
    return sql.raw(`(${value})::text as f${index}`)
  })
  const selected = [
    sql`${column(model.idColumn)}::text as id`,
    sql`${column(version)} as version`,
    sql`${column(fieldVersions)}::text as field_versions`,
    ...fields,
  ]
  return sql`select ${sql.join(selected)} from ${sql.identifier(model.table)} as ${sql.identifier(RECORD)}`
}

/** Condition under which the record belongs to the parent of that id. */
export function belongsTo(model: Model, belonging: Belonging, parentId: string): Sql {
  switch (belonging.by) {
    case 'reference':
      return sql`${column(belonging.field.column)} = ${parentId}`
    case 'column':
      return sql`${column(belonging.column)} = ${parentId}`
    case 'link': {
      const { link, from, to } = belonging
      const at = (name: string) => column(name, 'sync_link')
      return sql`exists (select 1 from ${sql.identifier(link.table)} as sync_link where ${at(from.column)} = ${parentId} and ${at(to.column)} = ${column(model.idColumn)})`
    }
  }
}

/** Condition that the parent is there and that `rule` (with the alias given to it) holds for it. */
export function parentExists(parent: Model, id: string, rule: (alias: string) => Sql): Sql {
  return sql`exists (select 1 from ${sql.identifier(parent.table)} as ${sql.identifier(PARENT)} where ${column(parent.idColumn, PARENT)} = ${id} and (${rule(PARENT)}))`
}

/** The record as JSON text, in camelCase: id, fields, version, versions of the fields; ids as they are shown. */
export function recordText(shown: ShownIds, model: Model, row: RecordRow): string {
  const fields = model.fieldNames.map(
    (name, index) =>
      `,${JSON.stringify(name)}:${shown.value(model.name, name, (row[`f${index}`] as string | null) ?? 'null')}`,
  )
  const versions = row.field_versions ?? '{}'
  return `{"id":${JSON.stringify(shown.id(model.name, row.id))}${fields.join('')},"version":${row.version},"fieldVersions":${versions}}`
}

/** A record of one table as SQL: its id, its whole row on the wire, its versions, its rooms. */
import { quoteIdentifier } from '../sql.ts'
import type { CapturedRoom, CapturedTable } from './captured-table.ts'
import type { ComparedColumn } from './changed-expression.ts'
import { columnExpression } from './column-expression.ts'
import { literal } from './sql-text.ts'

/** PostgreSQL passes at most 100 arguments. */
const PAIRS_PER_CALL = 40

/** Which of the two rows of an update. */
export type Alias = 'new' | 'old'

/**
 * The id as text. It is cut after 250 characters: one that is longer can be stored in the table, but not in the log's
 * indexes, and a write that succeeds without capture must not fail with it.
 */
export function idText({ id, model }: CapturedTable, alias: Alias): string {
  return keyText(`${alias}.${quoteIdentifier(id.name)}`, id, model.idType === 'text')
}

function keyText(value: string, { comparison }: ComparedColumn, isText = comparison !== 'value'): string {
  const text = `${value}::pg_catalog.text`
  return isText ? `pg_catalog.left(${text}, 250)` : text
}

/** All fields of a row, keyed by their camelCase names. */
export function wholeRow(table: CapturedTable, alias: Alias): string {
  const pairs = table.fields.map(
    ({ field }) => `${literal(field.name)}, ${columnExpression(field, alias, 'anywhere')}`,
  )
  return jsonObject(pairs)
}

/** Field versions in which every field has the version `version`. */
export function allFieldsAt(table: CapturedTable, version: string): string {
  return jsonObject(table.fields.map(({ field }) => `${literal(field.name)}, ${version}`))
}

function jsonObject(pairs: readonly string[]): string {
  if (pairs.length === 0) return `'{}'::pg_catalog.jsonb`
  const calls: string[] = []
  for (let from = 0; from < pairs.length; from += PAIRS_PER_CALL) {
    const some = pairs.slice(from, from + PAIRS_PER_CALL).map((pair) => `\n  ${pair}`)
    calls.push(`pg_catalog.jsonb_build_object(${some.join(',')})`)
  }
  return calls.join(' operator(pg_catalog.||) ')
}

/** The room of a row, as text; null when it is in none. */
export function roomText(table: CapturedTable, room: CapturedRoom, alias: Alias): string {
  switch (room.kind) {
    case 'all':
      return literal(`${room.channel}:all`)
    case 'self':
      return `${literal(`${room.channel}:`)} operator(pg_catalog.||) ${idText(table, alias)}`
    case 'column':
      return `${literal(`${room.channel}:`)} operator(pg_catalog.||) ${keyText(`${alias}.${quoteIdentifier(room.column.name)}`, room.column)}`
  }
}

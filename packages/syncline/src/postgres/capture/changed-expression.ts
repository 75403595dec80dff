/**
 * Whether an update changed a column, as SQL.
 *
 * A change is a change of what is stored, not of what compares as equal: `1.10` and `1.1`, `'a'` and `'A'` in a
 * case-insensitive collation, two spellings of one JSON number differ. Types whose equality is that of their bytes
 * compare by it (0.1 µs); for the others PostgreSQL compares images of rows (0.5 µs).
 *
 * Operators are written with their schema, so that no search path can put others in their place.
 */
import { quoteIdentifier } from '../sql.ts'
import type { ColumnDescription } from './describe-database.ts'
import { when } from './sql-text.ts'

export type Comparison = 'value' | 'text' | 'image'

export interface ComparedColumn {
  readonly name: string
  readonly comparison: Comparison
}

const EQUAL_MEANS_SAME = new Set([
  'int2',
  'int4',
  'int8',
  'bool',
  'uuid',
  'date',
  'timestamp',
  'timestamptz',
  'bytea',
  'oid',
])
const TEXTS = new Set(['text', 'varchar'])

/** How values of a column are compared. */
export function comparisonOf(column: ColumnDescription): Comparison {
  if (column.isArray) return 'image'
  if (TEXTS.has(column.type)) return 'text'
  return EQUAL_MEANS_SAME.has(column.type) || column.isEnum ? 'value' : 'image'
}

/** True when `old` and `new` differ in the column; null counts as a value. */
export function isChanged(column: ComparedColumn): string {
  if (column.comparison === 'image') return differs(column)
  return `${differs(column)} and (${isNotNull(column, 'new')} or ${isNotNull(column, 'old')})`
}

/** True when any of the columns was changed; never when there is none, as of a generated column made from constants. */
export function isAnyChanged(columns: readonly ComparedColumn[]): string {
  if (columns.length === 0) return 'false'
  return columns.length === 1
    ? isChanged(columns[0] as ComparedColumn)
    : columns.map((column) => `(${isChanged(column)})`).join('\n      or ')
}

/**
 * True when the values differ, and also when both are null, which is asked for separately where it matters: in every
 * transaction PostgreSQL prepares each part of an expression anew, so a trigger pays for the length of what it asks.
 */
export function differs({ name, comparison }: ComparedColumn): string {
  return comparison === 'image' ? images(name, '*<>') : `(${isSame({ name, comparison })}) is not true`
}

/** True when the values are the same; not when both are null, where that takes a question more. */
export function isSame({ name, comparison }: ComparedColumn): string {
  if (comparison === 'image') return images(name, '*=')
  const collation = comparison === 'text' ? ' collate pg_catalog."C"' : ''
  return `new.${quoteIdentifier(name)} operator(pg_catalog.=) old.${quoteIdentifier(name)}${collation}`
}

function images(name: string, operator: '*=' | '*<>'): string {
  const image = (alias: 'new' | 'old') => `row(${alias}.${quoteIdentifier(name)})::pg_catalog.record`
  return `${image('new')} operator(pg_catalog.${operator}) ${image('old')}`
}

/** A block that runs when any of the columns was changed. */
export function whenChanged(columns: readonly ComparedColumn[], ...body: readonly string[]): string {
  const [column] = columns
  if (columns.length !== 1 || column === undefined || column.comparison === 'image') {
    return when(isAnyChanged(columns), ...body)
  }
  return when(differs(column), when(`${isNotNull(column, 'new')} or ${isNotNull(column, 'old')}`, ...body))
}

function isNotNull({ name }: ComparedColumn, alias: 'new' | 'old'): string {
  return `${alias}.${quoteIdentifier(name)} is not null`
}

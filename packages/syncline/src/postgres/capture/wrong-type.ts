/** What is said of a column whose type its field cannot stand for: the kind that could, and how to change the column. */
import type { Field, Model } from '../../schema/model.ts'
import { columnType } from './column-type.ts'
import type { ColumnDescription } from './describe-database.ts'
import type { Drift } from './drift.ts'

/** Kind that a column of a type is declared with. */
const DECLARED_AS: Readonly<Record<string, string>> = {
  text: 'text()',
  varchar: 'text()',
  citext: 'text()',
  bpchar: 'text()',
  int2: 'integer()',
  int4: 'integer()',
  int8: 'bigint()',
  numeric: 'decimal()',
  float4: 'number()',
  float8: 'number()',
  bool: 'boolean()',
  timestamptz: 'timestamp()',
  timestamp: 'timestamp()',
  date: 'date()',
  jsonb: 'json()',
  json: 'json()',
  uuid: 'uuid()',
  bytea: 'bytes()',
}

/** The difference of a column that is there in a type of its own. */
export function wrongType(model: Model, field: Field, column: ColumnDescription): Drift {
  const actual = `${column.type}${column.isArray ? '[]' : ''}`
  const kind = column.isEnum
    ? `oneOf(${column.labels.map((label) => `'${label}'`).join(', ')})`
    : DECLARED_AS[column.type]
  const change = `change the column (alter table ${model.table} alter column ${column.name} type ${columnType(field)})`
  const remedy =
    kind === undefined || field.kind === 'reference'
      ? `C${change.slice(1)}, or leave the field out of the declaration.`
      : `Declare it as ${column.isArray ? `array(${kind})` : kind}, or ${change}.`
  return {
    kind: 'wrong_type',
    table: model.table,
    column: column.name,
    isBlocking: true,
    message: `\`${model.table}.${column.name}\` is ${actual}, but field \`${field.name}\` of model \`${model.name}\` is declared as ${field.kind}${field.array ? ' array' : ''}. ${remedy}`,
  }
}

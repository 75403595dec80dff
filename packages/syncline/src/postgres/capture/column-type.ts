/** The PostgreSQL type that a field has when Syncline makes its column. */
import type { Field, FieldKind, IdType } from '../../schema/model.ts'

const TYPES: Readonly<Record<Exclude<FieldKind, 'reference'>, string>> = {
  text: 'text',
  integer: 'integer',
  bigint: 'bigint',
  number: 'double precision',
  decimal: 'numeric',
  boolean: 'boolean',
  timestamp: 'timestamptz',
  date: 'date',
  json: 'jsonb',
  uuid: 'uuid',
  bytes: 'bytea',
  enum: 'text',
}

/** Type of a field's column: `double precision`, `text[]`. A reference has the type of the ids it holds. */
export function columnType(field: Field): string {
  return field.array ? `${elementType(field)}[]` : elementType(field)
}

/** Type of a field's column, or of its elements if it is an array. */
export function elementType(field: Field): string {
  return field.kind === 'reference' ? idColumnType(field.idType ?? 'text') : TYPES[field.kind]
}

/** Type of an id's column. */
export function idColumnType(type: IdType): string {
  return type
}

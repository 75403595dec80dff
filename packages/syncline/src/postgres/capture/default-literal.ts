/** A field's default, a wire value, as SQL in a column's definition. */
import type { Field } from '../../schema/model.ts'
import { columnType } from './column-type.ts'
import { literal } from './sql-text.ts'

/** SQL literal of a wire value of the field's type: `'free'`, `3`, `'{a,b}'::text[]`. */
export function defaultLiteral(field: Field, value: unknown): string {
  if (value === null) return 'null'
  if (field.array && Array.isArray(value)) return arrayLiteral(field, value)
  return scalarLiteral(field, value)
}

function arrayLiteral(field: Field, values: readonly unknown[]): string {
  const items = values.map((value) => (value === null ? 'null' : scalarLiteral(field, value)))
  return items.length === 0 ? "'{}'" : `array[${items.join(', ')}]::${columnType(field)}`
}

function scalarLiteral(field: Field, value: unknown): string {
  switch (field.kind) {
    case 'json':
      return literal(JSON.stringify(value))
    case 'bytes':
      return literal(`\\x${Buffer.from(String(value), 'base64').toString('hex')}`)
    case 'boolean':
      return value === true ? 'true' : 'false'
    default:
      return typeof value === 'number' && Number.isFinite(value) ? String(value) : literal(String(value))
  }
}

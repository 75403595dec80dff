/**
 * The wire form of a column, as SQL: the one place that says how a stored value is written on the wire.
 *
 * Triggers and snapshot readers use the same expressions, so that a value is equal whichever way it went. An
 * expression has whatever type is cheapest; `to_jsonb` of it, or its place in `jsonb_build_object`, is the wire value.
 *
 * Two forms depend on the session: a timestamp is written in its `timezone`, a `number` with its `extra_float_digits`.
 * Our own sessions fix both. Triggers run in anybody's session: they take timestamps `'anywhere'`, and the functions
 * of tables with numbers fix the digits.
 */
import type { Field } from '../../schema/model.ts'
import { quoteIdentifier } from '../sql.ts'

/** Whose session runs the expression: one of ours, in UTC, or anybody's. */
export type SessionKind = 'ours' | 'anywhere'

/** The wire value of a field's column, of the row that stands in the statement as `alias`. */
export function columnExpression(field: Field, alias: string, session: SessionKind = 'ours'): string {
  return wireExpression(field, `${alias}.${quoteIdentifier(field.column)}`, session)
}

/** The wire value of any SQL value of a field's type. */
export function wireExpression(field: Field, value: string, session: SessionKind = 'ours'): string {
  if (field.array) return arrayExpression(field, value, session)
  switch (field.kind) {
    case 'text':
    case 'bigint':
    case 'decimal':
    case 'uuid':
    case 'enum':
    case 'reference':
      return `${value}::pg_catalog.text`
    case 'timestamp':
      return session === 'ours' ? `${value}::pg_catalog.timestamptz` : timestampAnywhere(value)
    case 'bytes':
      return base64(value)
    case 'integer':
    case 'number':
    case 'boolean':
    case 'date':
    case 'json':
      return value
  }
}

function arrayExpression(field: Field, value: string, session: SessionKind): string {
  switch (field.kind) {
    case 'text':
    case 'bigint':
    case 'decimal':
    case 'uuid':
    case 'enum':
    case 'reference':
      return `${value}::pg_catalog.text[]`
    case 'timestamp':
      return session === 'ours'
        ? `${value}::pg_catalog.timestamptz[]`
        : eachElement(value, timestampAnywhere('e.element'))
    case 'bytes':
      return eachElement(value, base64('e.element'))
    case 'integer':
    case 'number':
    case 'boolean':
    case 'date':
    case 'json':
      return value
  }
}

/** `encode` breaks lines after 76 characters. */
function base64(value: string): string {
  return `pg_catalog.translate(pg_catalog.encode(${value}, 'base64'), E'\\n', '')`
}

/** What `to_jsonb` gives in a session in UTC: a time without a zone, in which no session takes part, and its offset. */
function timestampAnywhere(value: string): string {
  const local = `pg_catalog.to_jsonb(pg_catalog.timezone('UTC', ${value}::pg_catalog.timestamptz))`
  const text = `${local} operator(pg_catalog.#>>) '{}'`
  return `case when not pg_catalog.isfinite(${value}) then ${text}
      when ${value} operator(pg_catalog.<) '0001-01-01 00:00:00+00' then pg_catalog.replace(${text}, ' BC', '+00:00 BC')
      else ${text} operator(pg_catalog.||) '+00:00' end`
}

function eachElement(value: string, element: string): string {
  return `case when ${value} is not null then array(
        select ${element} from pg_catalog.unnest(${value}) with ordinality as e (element, place) order by e.place) end`
}

/** Between the wire and a column, as SQL on jsonb: what `columnExpression` writes, and back. */
import type { Field } from '../../schema/model.ts'
import { quoteIdentifier } from '../sql.ts'
import { wireExpression } from './column-expression.ts'
import { columnType, elementType } from './column-type.ts'

/** A column's wire value as jsonb; SQL null when the column is null. */
export function wireFromColumn(field: Field, column: string): string {
  return `pg_catalog.to_jsonb(${wireExpression(field, column)})`
}

/**
 * The value of a field's column from its wire value, a jsonb expression; JSON null and a missing value give null.
 *
 * The type is the one that Syncline gives a column, and PostgreSQL turns it into the column's own. It does not for an
 * enum type of the database's: name the `table`, as in the declaration, for fields that may have one.
 */
export function columnFromWire(field: Field, wire: string, table?: string): string {
  if (field.kind === 'enum' && table !== undefined) return fromTable(field, wire, table)
  if (field.array) return arrayFromWire(field, wire)
  if (field.kind === 'json') return field.nullable ? `nullif(${wire}, 'null')` : `(${wire})`
  return scalarFromWire(field, wire)
}

function scalarFromWire(field: Field, wire: string): string {
  const text = `((${wire}) operator(pg_catalog.#>>) '{}')`
  if (field.kind === 'bytes') return `pg_catalog.decode(${text}, 'base64')`
  return `${text}::${columnType(field)}`
}

function arrayFromWire(field: Field, wire: string): string {
  // A null element and a JSON null are one on the wire.
  const element = field.kind === 'json' ? "nullif(e.element, 'null')" : elementFromWire(field)
  return `case pg_catalog.jsonb_typeof(${wire}) when 'array' then array(
        select ${element} from pg_catalog.jsonb_array_elements(${wire}) with ordinality as e (element, place) order by e.place)::${columnType(field)} end`
}

function elementFromWire(field: Field): string {
  const text = `(e.element operator(pg_catalog.#>>) '{}')`
  return field.kind === 'bytes' ? `pg_catalog.decode(${text}, 'base64')` : `${text}::${elementType(field)}`
}

/** Whatever type the column has: its table says. */
function fromTable(field: Field, wire: string, table: string): string {
  const column = `'${field.column.replaceAll("'", "''")}'`
  return `(pg_catalog.jsonb_populate_record(null::${quoteIdentifier(table)}, pg_catalog.jsonb_build_object(${column}, ${wire}))).${quoteIdentifier(field.column)}`
}

/** A deleted record, as the log says it was when it went: what rules are asked about who may hear of it (A3). */
import type { Model } from '../../schema/model.ts'
import { columnFromWire } from '../capture/wire-sql.ts'
import { quoteIdentifier } from '../sql.ts'
import { literal } from './shape-strings.ts'

/**
 * A `select` of the record's columns, from its id and from `before` of the log row that deleted it, both SQL
 * expressions. It fails where the record was deleted under another declaration.
 */
export function goneRecord(model: Model, id: string, before: string): string {
  const columns = Object.values(model.fields).map(
    (field) =>
      `${columnFromWire(field, `${before} -> ${literal(field.name)}`, model.table)} as ${quoteIdentifier(field.column)}`,
  )
  return `select ${[`${id} as ${quoteIdentifier(model.idColumn)}`, ...columns].join(', ')}`
}

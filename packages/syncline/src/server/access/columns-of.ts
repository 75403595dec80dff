/** The `record` that a rule is given: column identifiers by camelCase name, in the statement's alias. */
import { type Sql, quoteIdentifier, sql } from '../../postgres/sql.ts'
import type { Model } from '../../schema/model.ts'
import { suggestion } from '../../schema/nearest-name.ts'
import type { RecordColumns } from './declaration.ts'

/** Columns of `model` as they stand in a statement as `alias`; an unknown name throws with the names there are. */
export function columnsOf(model: Model, alias: string): RecordColumns {
  const qualified = (column: string) => sql.raw(`${quoteIdentifier(alias)}.${quoteIdentifier(column)}`)
  return new Proxy(Object.create(null), {
    get(_, name): Sql | undefined {
      if (typeof name === 'symbol') return undefined
      if (name === 'id') return qualified(model.idColumn)
      const field = model.fields[name]
      if (field) return qualified(field.column)
      throw new TypeError(
        `Rule of \`${model.name}\` uses \`${name}\`, which is not one of its fields.${suggestion(name, ['id', ...model.fieldNames], 'Its fields are')} A column that does not synchronise is read with a subquery on \`${model.table}\`.`,
      )
    },
  })
}

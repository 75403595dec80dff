/** The reading rule of a model for the application's own queries. */
import type { Rules } from '../../postgres/rules.ts'
import type { Sql } from '../../postgres/sql.ts'
import type { User } from '../../protocol/user.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import { suggestion } from '../../schema/nearest-name.ts'

/**
 * Condition under which `user` may read a record, for a `where`: its text is `accessible(…).text()`, its parameters
 * are `.values`. The table stands in the statement under its own name, or under `alias`.
 */
export function accessible(
  schema: CompiledSchema,
  rules: Rules,
  user: User,
  modelName: string,
  alias?: string,
): Sql {
  const model = schema.models[modelName]
  if (!model) {
    throw new TypeError(
      `\`${modelName}\` is not a model of the schema.${suggestion(modelName, Object.keys(schema.models), 'Its models are')}`,
    )
  }
  return rules.read(model, user, alias ?? model.table)
}

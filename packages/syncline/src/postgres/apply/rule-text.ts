/**
 * The text of a rule inside a function: its values become casts of what the op carries.
 *
 * The values of a rule are parameters whose types PostgreSQL finds from the text. In a function they come as text from
 * the op, so they must be cast to those types, or `user_id = $1` would compare a uuid with a text.
 */
import type { Connection } from '../database.ts'
import { quoteIdentifier, type Sql } from '../sql.ts'
import { RECORD } from './prepare-op.ts'
import type { Model } from '../../schema/model.ts'

/** Writes the rule with its values taken from `source` (a jsonb array of texts), beginning at `first`. */
export function ruleText(rule: Sql, types: readonly string[], source: string, first: number): string {
  return rule.strings.reduce(
    (text, part, index) => `${text}(${source}->>${first + index - 1})::${types[index - 1]}${part}`,
  )
}

/** Whether the rule is a constant `true`, which needs no statement. */
export function isAlways(rule: Sql): boolean {
  return rule.values.length === 0 && rule.strings[0]?.trim() === 'true'
}

/** Finds the types of a rule's values, in order. Throws what PostgreSQL says about a rule that it does not understand. */
export async function ruleTypes(
  connection: Connection,
  model: Model,
  rule: Sql,
  probe: string,
): Promise<readonly string[]> {
  if (rule.values.length === 0) return []
  const from = `${quoteIdentifier(model.table)} as ${quoteIdentifier(RECORD)}`
  await connection.query(`prepare ${probe} as select 1 from ${from} where (${rule.text()}\n)`)
  const [row] = await connection.query<{ types: string[] }>(
    `select parameter_types::text[] as types from pg_prepared_statements where name = '${probe}'`,
  )
  await connection.query(`deallocate ${probe}`)
  return row?.types ?? []
}

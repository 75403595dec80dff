/**
 * The text of a rule inside a function: its values become casts of what the op carries.
 *
 * The values of a rule are parameters whose types PostgreSQL finds from the text. In a function they come as text from
 * the op, so they must be cast to those types, or `user_id = $1` would compare a uuid with a text.
 */
import type { Sql } from '../sql.ts'

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

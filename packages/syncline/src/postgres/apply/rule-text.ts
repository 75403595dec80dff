/**
 * The text of a rule inside a function: its values become variables of the types that PostgreSQL found for them.
 *
 * They come as text with the op. Were they compared as text, `user_id = $1` would compare a uuid with a text; and cast
 * inside the rule, they would be cast again for every row that it looks at.
 */
import type { Sql } from '../sql.ts'

/** Writes the rule with its values taken from variables `<prefix><number>`, beginning at `first`. */
export function ruleText(rule: Sql, prefix: string, first: number): string {
  return rule.strings.reduce((text, part, index) => `${text}${prefix}${first + index - 1}${part}`)
}

/** Whether the rule is a constant `true`, which needs no statement. */
export function isAlways(rule: Sql): boolean {
  return rule.values.length === 0 && rule.strings[0]?.trim() === 'true'
}

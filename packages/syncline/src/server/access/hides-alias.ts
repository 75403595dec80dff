/**
 * Whether a rule's text gives one of its own tables the name under which the record stands.
 *
 *   A1 closed   `members r where r.account_id = "r"."id"` would compare the member with itself, and hold for everybody
 */
import { splitSql } from './split-sql.ts'

/** True when a table, or an alias, of that name is introduced in the text. */
export function hidesAlias(text: string, alias: string): boolean {
  const name = alias.slice(alias.lastIndexOf('.') + 1)
  const tokens = splitSql(text)
  return tokens.some(({ kind, text: word }, index) => {
    const after = tokens[index + 1]
    const isAliased = after?.kind === 'name' && !FOLLOWS_TABLE.has(after.text)
    return kind === 'name' && word === name && after?.text !== '.' && !isAliased
  })
}

/** Words that may follow a table that has no alias. */
const FOLLOWS_TABLE = new Set(
  'where join left right inner full cross natural on using group order having limit offset union intersect except for'.split(
    ' ',
  ),
)

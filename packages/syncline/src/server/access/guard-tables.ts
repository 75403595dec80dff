/** What access rules read beside synchronised fields: `migrate` gives it triggers, so that a change causes a re-check (A2). */
import type { User } from '../../protocol/user.ts'
import type { Schema } from '../../schema/define-schema.ts'
import { silentLogger } from '../logger.ts'
import { checkAccess } from './check-access.ts'
import type { Access, AccessDeclaration } from './declaration.ts'
import { discoverTables, ruleTexts } from './discover-tables.ts'
import { splitSql } from './split-sql.ts'

/** Tables that do not synchronise, as named in the database, sorted. `sessionTables` are those whose rows end sessions. */
export function guardTables<S extends Schema, U extends User>(
  schema: S,
  access: Access<S, U>,
  sessionTables?: readonly string[],
): readonly string[]
export function guardTables<U extends User>(
  schema: Schema,
  access: AccessDeclaration<U>,
  sessionTables?: readonly string[],
): readonly string[]
export function guardTables(
  schema: Schema,
  access: object,
  sessionTables: readonly string[] = [],
): readonly string[] {
  const synchronised = new Set(Object.values(schema.models).map((model) => model.table))
  const byModel = discoverTables(checkAccess(schema, access as AccessDeclaration), silentLogger)
  const read = [...byModel.values()].flatMap((tables) => [...tables])
  return [...new Set([...read, ...sessionTables])].filter((table) => !synchronised.has(table)).sort()
}

/**
 * Every name that stands in the SQL of a rule. A column of a synchronised table among them that no field has guards
 * access too, and its change is in no field: `members.suspended` in `… and not m.suspended`.
 */
export function guardNames<S extends Schema, U extends User>(
  schema: S,
  access: Access<S, U>,
): ReadonlySet<string>
export function guardNames<U extends User>(schema: Schema, access: AccessDeclaration<U>): ReadonlySet<string>
export function guardNames(schema: Schema, access: object): ReadonlySet<string> {
  const checked = checkAccess(schema, access as AccessDeclaration)
  const texts = [...checked.values()].flatMap((rules) => [...ruleTexts(rules)])
  return new Set(
    texts.flatMap((text) => splitSql(text).flatMap((token) => (token.kind === 'name' ? [token.text] : []))),
  )
}

/** Tables that access rules read and that do not synchronise: `migrate` gives each a trigger that logs its keys. */
import type { User } from '../../protocol/user.ts'
import type { Schema } from '../../schema/define-schema.ts'
import { type Logger, silentLogger } from '../logger.ts'
import { checkAccess } from './check-access.ts'
import type { Access, AccessDeclaration } from './declaration.ts'
import { discoverTables } from './discover-tables.ts'

/** Names as in the database, sorted. `sessionTables` are those whose rows end sessions. */
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

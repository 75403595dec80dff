/** Tables that access rules read and that do not synchronise: `migrate` gives each a trigger that logs its keys. */
import type { CompiledSchema } from '../../schema/model.ts'
import { type Logger, silentLogger } from '../logger.ts'
import { checkAccess } from './check-access.ts'
import type { AccessDeclaration } from './declaration.ts'
import { discoverTables } from './discover-tables.ts'

/** Names as in the database, sorted. `sessionTables` are those whose rows end sessions. */
export function guardTables(
  schema: CompiledSchema,
  access: AccessDeclaration,
  sessionTables: readonly string[] = [],
): readonly string[] {
  const synchronised = new Set(Object.values(schema.models).map((model) => model.table))
  const read = [...discoverTables(checkAccess(schema, access), silentLogger).values()].flatMap((tables) => [
    ...tables,
  ])
  return [...new Set([...read, ...sessionTables])].filter((table) => !synchronised.has(table)).sort()
}

/** Tables that access rules read and that do not synchronise: `migrate` gives each a trigger that logs its keys. */
import type { CompiledSchema } from '../../schema/model.ts'
import type { AccessLog } from './access-log.ts'
import { checkAccess } from './check-access.ts'
import type { AccessDeclaration } from './declaration.ts'
import { discoverTables } from './discover-tables.ts'

const SILENT: AccessLog = { error() {}, warn() {} }

/** Names as in the database, sorted. `sessionTables` are those whose rows end sessions. */
export function guardTables(
  schema: CompiledSchema,
  access: AccessDeclaration,
  sessionTables: readonly string[] = [],
): readonly string[] {
  const synchronised = new Set(Object.values(schema.models).map((model) => model.table))
  const read = [...discoverTables(checkAccess(schema, access), SILENT).values()].flatMap((tables) => [
    ...tables,
  ])
  return [...new Set([...read, ...sessionTables])].filter((table) => !synchronised.has(table)).sort()
}

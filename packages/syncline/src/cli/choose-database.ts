/** Which database a command works on: the one that is named, else the one that the environment says. */
import { existsSync } from 'node:fs'
import type { Database } from '../postgres/database.ts'
import { pglite } from '../postgres/drivers/pglite.ts'
import { postgres } from '../postgres/drivers/postgres.ts'
import { databaseUrl } from '../server/environment.ts'

/** Folder of the embedded database when nothing else is said. */
const USUAL_FOLDER = './data'

/**
 * Opens the database; undefined when none is named and none is there. `named` is a connection string or a folder,
 * `poolSize` the most connections to a server.
 */
export function chooseDatabase(
  named: string | undefined,
  poolSize = 2,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Database | undefined {
  const chosen = named ?? databaseUrl(environment) ?? environment.DATA_DIR
  if (chosen !== undefined && /^postgres(ql)?:\/\//.test(chosen)) return postgres(chosen, { poolSize })
  if (chosen !== undefined) return pglite(chosen, { warn: () => {} })
  return existsSync(USUAL_FOLDER) ? pglite(USUAL_FOLDER, { warn: () => {} }) : undefined
}

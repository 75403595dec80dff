/** Opens the database: a PostgreSQL server, or PostgreSQL inside this process with its files in the data folder. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { type Database, pglite, postgres } from 'syncline/server'
import type { Settings } from './settings.ts'

/** Opens what the settings name. */
export function openDatabase({ databaseUrl, dataDir }: Settings, log: Logger): Database {
  if (databaseUrl) return postgres(databaseUrl)
  mkdirSync(dataDir, { recursive: true })
  return pglite(join(dataDir, 'database'), { warn: (text) => log.warn(text) })
}

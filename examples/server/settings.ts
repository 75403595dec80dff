/** What the environment decides about this server. */
import { databaseUrl } from 'syncline/server'

export interface Settings {
  /** @default 4000 */
  readonly port: number
  /** Connection string of a PostgreSQL database; without one the server brings its own. */
  readonly databaseUrl: string | undefined
  /** Folder of the embedded database and of the generated secret. @default './data' */
  readonly dataDir: string
  /** Key that signs sessions and seals cursors; without one a random key is kept in `dataDir`. */
  readonly secret: string | undefined
}

/** Reads the settings; throws when a value cannot be used. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  return {
    port: readPort(environment.PORT || '4000'),
    databaseUrl: databaseUrl(environment),
    dataDir: environment.DATA_DIR || './data',
    secret: environment.SYNCLINE_SECRET || environment.JWT_SECRET || undefined,
  }
}

function readPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new Error(
    `PORT is "${text}", which is no port. Set it to a whole number from 0 to 65535, or leave it out for 4000.`,
  )
}

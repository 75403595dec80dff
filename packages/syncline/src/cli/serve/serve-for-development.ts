/**
 * One run of `syncline dev`: shows drift, migrates, serves. Loud about who may do what, because nothing here asks for
 * a proof unless `access.ts` exports `authenticate`.
 */
import { MigrationRefused } from '../../postgres/capture/drift.ts'
import { titleOf } from '../../postgres/capture/format-migration.ts'
import { RulesRefused } from '../../server/access/check-rules.ts'
import type { Database } from '../../postgres/database.ts'
import { pglite } from '../../postgres/drivers/pglite.ts'
import { SchemaError } from '../../schema/schema-error.ts'
import type { AccessDeclaration } from '../../server/access/declaration.ts'
import { findDrift, migrate } from '../../server/migrate.ts'
import { chooseDatabase } from '../choose-database.ts'
import { explainFailure } from '../explain-failure.ts'
import { accessFile, type Declaration, loadDeclaration, schemaFile } from '../load-declaration.ts'
import type { Terminal } from '../terminal.ts'
import { consoleLogger } from './console-logger.ts'
import { isLocalRequest } from './local-requests.ts'
import { namedUsers } from './named-users.ts'
import { openAccess } from './open-access.ts'
import { portOf } from './port-of.ts'
import { type RunningServer, startServer } from './start-server.ts'
import { untilSignal } from './until-signal.ts'

export interface DevelopmentArguments {
  readonly schema?: string
  readonly database?: string
  readonly port: string
  readonly open?: boolean
  readonly addColumns?: boolean
  readonly origin?: string
}

/** Exit code of a run that another version of the files may mend. */
export const MENDABLE = 3

const LOOPBACK = '127.0.0.1'
const POOL_SIZE = 10

/** Serves until it is told to stop; returns the exit code. */
export async function serveForDevelopment(
  args: DevelopmentArguments,
  secret: string,
  to: Terminal,
): Promise<number> {
  try {
    const port = portOf(args.port)
    const file = schemaFile(args.schema)
    const declaration = await loaded(args.schema)
    const database = chooseDatabase(args.database, POOL_SIZE) ?? pglite('./data', { warn: to.error })
    const server = await start(args, declaration, database, { port, secret, to })
    to.out(welcome(args, declaration, server, file))
    await untilSignal(server)
    return 0
  } catch (error) {
    to.error(error instanceof Mendable ? error.message : explainFailure(error))
    return error instanceof Mendable ? MENDABLE : 1
  }
}

class Mendable extends Error {}

async function loaded(schema: string | undefined): Promise<Declaration> {
  try {
    return await loadDeclaration(schema)
  } catch (error) {
    throw new Mendable(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

interface Surroundings {
  readonly port: number
  readonly secret: string
  readonly to: Terminal
}

async function start(
  args: DevelopmentArguments,
  declaration: Declaration,
  database: Database,
  { port, secret, to }: Surroundings,
): Promise<RunningServer> {
  const { schema, authenticate = namedUsers } = declaration
  const access: AccessDeclaration = args.open ? openAccess(schema) : (declaration.access ?? {})
  const options = { schema, database, access: access as never, authenticate }
  let shown: ReadonlySet<string>
  try {
    shown = await migrateAloud(options, args.addColumns ?? false, to)
  } catch (error) {
    await database.close()
    throw isOfFiles(error) ? new Mendable((error as Error).message, { cause: error }) : error
  }
  // `*` opens reading with a token to every page that `admits` lets in, never a cookie.
  const origins = ['*', ...(args.origin?.split(',').map((origin) => origin.trim()) ?? [])]
  return startServer({
    sync: { ...options, secret, origins, logger: consoleLogger(to, shown) },
    port,
    host: LOOPBACK,
    admits: ({ headers }) => isLocalRequest(headers),
  })
}

const isOfFiles = (error: unknown) =>
  error instanceof MigrationRefused ||
  error instanceof RulesRefused ||
  error instanceof SchemaError ||
  error instanceof TypeError

/** Says what differs, does what remains to be done, and returns what was said. */
async function migrateAloud(
  subject: Parameters<typeof migrate>[0],
  addColumns: boolean,
  to: Terminal,
): Promise<ReadonlySet<string>> {
  const drift = (await findDrift(subject)).filter(
    ({ kind, isBlocking }) => kind !== 'not_migrated' && !isBlocking,
  )
  for (const { message } of drift) to.error(`warning: ${message}`)
  await migrate(subject, {
    addColumns,
    onStep: (step) => to.out(`migrate  ${titleOf(step)}`),
  })
  return new Set(drift.map(({ message }) => message))
}

function welcome(
  { open }: DevelopmentArguments,
  { schema, access, authenticate }: Declaration,
  { url }: RunningServer,
  file: string,
): string {
  const count = Object.keys(access ?? {}).length
  const models = Object.keys(schema.models).length
  const rules = open
    ? 'OPEN: everybody who reaches this port may read and write EVERYTHING (--open)'
    : count === 0
      ? `CLOSED: no rules, so nobody may read or write anything. Write them in ${accessFile(file) ?? 'access.ts beside the schema'}, or try it with --open`
      : `rules for ${count} of ${models} models`
  return [
    '',
    `serving  ${url}  (clients: createClient({ schema, url: '${url}/sync' }))`,
    `schema   ${models === 1 ? '1 model' : `${models} models`}, ${schema.roots.length === 0 ? 'no rooms' : `rooms: ${schema.roots.join(', ')}`}`,
    `access   ${rules}`,
    `users    ${authenticate ? 'as `authenticate` of your module says' : 'NO LOGIN: the token is the user’s id, `dev` without one. For development only'}`,
  ].join('\n')
}

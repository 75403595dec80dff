/** `syncline serve`: serves a migrated schema with the application's own login and rules. */
import { defineCommand } from 'citty'
import { chooseDatabase } from './choose-database.ts'
import { explainFailure } from './explain-failure.ts'
import { loadDeclaration } from './load-declaration.ts'
import { consoleLogger } from './serve/console-logger.ts'
import { portOf } from './serve/port-of.ts'
import { startServer } from './serve/start-server.ts'
import { untilSignal } from './serve/until-signal.ts'
import { type Terminal, terminal } from './terminal.ts'

interface ServeArguments {
  readonly schema?: string
  readonly database?: string
  readonly port: string
  readonly host?: string
  readonly origin?: string
}

export const serveCommand = defineCommand({
  meta: { name: 'serve', description: 'Serves a migrated schema, with the login and rules of access.ts' },
  args: {
    schema: {
      type: 'string',
      description: 'Module that exports `schema`; `access` and `authenticate` may be in access.ts beside it',
      valueHint: 'path',
    },
    database: {
      type: 'string',
      description:
        'Connection string, or folder of the embedded database; DATABASE_URL or DATA_DIR otherwise',
      valueHint: 'url',
    },
    port: { type: 'string', description: 'Port to listen on', default: '4000' },
    host: { type: 'string', description: 'Address to listen on; every one otherwise' },
    origin: {
      type: 'string',
      description: 'Origins whose pages may use a cookie, separated by commas',
      valueHint: 'origins',
    },
  },
  async run({ args }) {
    process.exitCode = await runServe(args, terminal)
  },
})

const POOL_SIZE = 10

/** Serves until it is told to stop; returns the exit code. */
async function runServe(args: ServeArguments, to: Terminal): Promise<number> {
  try {
    const port = portOf(args.port)
    const { schema, access, authenticate } = await loadDeclaration(args.schema)
    if (!access || !authenticate) {
      throw new Error(
        `Nothing exports \`${access ? 'authenticate' : 'access'}\`, and without it nobody could be let in. Export both from access.ts beside the schema (export const authenticate = jwt({ … })), or try it on your own machine with \`syncline dev\`.`,
      )
    }
    const database = chooseDatabase(args.database, POOL_SIZE)
    if (!database) {
      throw new Error('No database is named. Set DATABASE_URL, or give --database postgres://… or a folder.')
    }
    const origins = args.origin?.split(',').map((origin) => origin.trim())
    const logger = consoleLogger(to)
    const server = await startServer({
      sync: { schema, database, access: access as never, authenticate, origins, logger },
      port,
      ...(args.host !== undefined && { host: args.host }),
    })
    to.out(`serving  ${server.url}`)
    await untilSignal(server)
    return 0
  } catch (error) {
    to.error(explainFailure(error))
    return 1
  }
}

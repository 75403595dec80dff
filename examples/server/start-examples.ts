/**
 * The server of the examples: one database, one set of sessions, one Syncline, and the pages of each.
 *
 * Flow: open the database, create the tables, `migrate`, seed, start Syncline, listen.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getConnInfo } from '@hono/node-server/conninfo'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Logger } from 'pino'
import { secureHeaders } from 'hono/secure-headers'
import { createSync, migrate } from 'syncline/server'
import { type AccountsParts, accountsPages } from '../accounts/server/accounts-pages.ts'
import { seedAccounts } from '../accounts/server/seed/seed-accounts.ts'
import { stagePages } from '../stage/server/pages.ts'
import { seed } from '../stage/server/seed/seed.ts'
import { access } from './access.ts'
import { authenticate } from './authenticate.ts'
import { landingPage, notFoundPage } from './landing-page.ts'
import { updateTables } from './migrations.ts'
import { openDatabase } from './open-database.ts'
import { refuseForeignWrites } from './refuse-foreign-writes.ts'
import { schema } from './schema.ts'
import { keyFor, loadSecret } from './secret.ts'
import { sessionRoutes } from './session-routes.ts'
import { Sessions } from './sessions.ts'
import type { Settings } from './settings.ts'

const ONE_YEAR_SECONDS = 31_536_000

export interface Examples {
  readonly url: string
  /** Sends every device a goodbye, finishes what is under way and closes the database. */
  stop(): Promise<void>
}

/** Starts the server; resolves when it answers. */
export async function startExamples(settings: Settings, log: Logger): Promise<Examples> {
  const secret = loadSecret(settings, log)
  const database = openDatabase(settings, log)
  await database.transaction(updateTables)
  const sessions = new Sessions(database, secret)
  const options = { schema, database, access, authenticate: authenticate(sessions, secret) }
  await migrate(options)
  if (await seed(database)) log.info('The database was empty: it now has the demo productions')
  await seedAccounts(database)
  const sync = createSync({ ...options, secret: keyFor('cursors', secret), logger: log })
  await sync.ready
  const answer = getRequestListener(
    routes({ database, sync, sessions, authenticate: options.authenticate, secret, log }).fetch,
  )
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing))
  sync.attach(server)
  await listen(server, settings.port)
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      await sync.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function routes(parts: AccountsParts): Hono {
  const { sync, sessions, secret, log } = parts
  const app = new Hono()
  app.use((context, next) => {
    if (!sync.handles(context.req.path)) return next()
    return sync.fetch(context.req.raw, { address: getConnInfo(context).remote.address })
  })
  app.use(refuseForeignWrites)
  app.route('/session', sessionRoutes(sessions, secret))
  app.use(
    secureHeaders({ contentSecurityPolicy, referrerPolicy: 'same-origin', strictTransportSecurity: false }),
  )
  // Their names change with their content.
  app.use('/assets/*', async (context, next) => {
    await next()
    if (context.res.ok) context.header('Cache-Control', `public, max-age=${ONE_YEAR_SECONDS}, immutable`)
  })
  app.route('/', landingPage())
  app.route('/', accountsPages(parts))
  app.route('/', stagePages())
  app.notFound(notFoundPage)
  app.onError((error, context) => {
    if (error instanceof HTTPException && error.status === 413) {
      const message = 'The request is larger than anything that is read here. Send less.'
      return context.json({ error: { code: 'too_large', message } }, 413)
    }
    log.error(error, 'A request could not be answered')
    const message = 'The server cannot answer now. Try again in a moment.'
    return context.json({ error: { code: 'unavailable', message } }, 503)
  })
  return app
}

const self = "'self'"
const contentSecurityPolicy = {
  defaultSrc: [self],
  baseUri: [self],
  formAction: [self],
  frameAncestors: ["'none'"],
  objectSrc: ["'none'"],
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explainListenError(error, port)))
    server.listen(port, resolve)
  })
}

function explainListenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error
  return new Error(`Port ${port} is taken. Set PORT to a free one, or stop what listens there.`, {
    cause: error,
  })
}

/**
 * The server of the stage example: its database, its sessions, Syncline, and the page.
 *
 * Flow: open the database, create the tables, `migrate`, seed, start Syncline, listen.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getConnInfo } from '@hono/node-server/conninfo'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import { createSync, migrate, type Sync } from 'syncline/server'
import { schema } from '../schema.ts'
import { access } from './access.ts'
import { authenticate } from './authenticate.ts'
import { openDatabase } from './database/open-database.ts'
import { pages } from './pages.ts'
import { keyFor, loadSecret } from './secret.ts'
import { seed } from './seed/seed.ts'
import { sessionRoutes } from './session-routes.ts'
import { Sessions } from './sessions.ts'
import type { Settings } from './settings.ts'
import { updateTables } from './database/migrations.ts'

export interface Stage {
  readonly url: string
  /** Sends every device a goodbye, finishes what is under way and closes the database. */
  stop(): Promise<void>
}

/** Starts the server; resolves when it answers. */
export async function startStage(settings: Settings, log: Logger): Promise<Stage> {
  const secret = loadSecret(settings, log)
  const database = openDatabase(settings, log)
  await database.transaction(updateTables)
  const sessions = new Sessions(database, secret)
  const options = { schema, database, access, authenticate: authenticate(sessions, secret) }
  await migrate(options)
  if (await seed(database)) log.info('The database was empty: it now has the demo productions')
  const sync = createSync({ ...options, secret: keyFor('cursors', secret), logger: log })
  await sync.ready
  const answer = getRequestListener(routes(sync, sessions, secret, log).fetch)
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

function routes(sync: Sync, sessions: Sessions, secret: string, log: Logger): Hono {
  const app = new Hono()
  app.use((context, next) => {
    if (!sync.handles(context.req.path)) return next()
    return sync.fetch(context.req.raw, { address: getConnInfo(context).remote.address })
  })
  app.route('/session', sessionRoutes(sessions, secret))
  app.route('/', pages())
  app.onError((error, context) => {
    log.error(error, 'A request could not be answered')
    const message = 'The server cannot answer now. Try again in a moment.'
    return context.json({ error: { code: 'unavailable', message } }, 503)
  })
  return app
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

/** A schema's sync server with an HTTP server of its own: what `serve` and `dev` share. */
import { EventEmitter } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSync, type Sync, type SyncOptions } from '../../gateways/create-sync.ts'
import { toNode } from '../../gateways/http/to-node.ts'

export interface ServerOptions {
  readonly sync: SyncOptions
  readonly port: number
  /** Address to listen on. @default every address of the machine */
  readonly host?: string
  /** Whether to answer a request at all. @default every one */
  readonly admits?: (request: IncomingMessage) => boolean
}

export interface RunningServer {
  readonly url: string
  /** Sends every device a goodbye, finishes what is under way and closes the database. */
  stop(): Promise<void>
}

const GRACE_MS = 1_000

/** Starts the server; resolves when it answers. Closes the database when it cannot start. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { port, host, admits = () => true } = options
  const sync = await begin(options.sync)
  const answer = toNode((request, context) =>
    sync.handles(new URL(request.url).pathname) ? sync.fetch(request, context) : aboutPage(request),
  )
  const server = createServer((incoming, outgoing) => {
    if (admits(incoming)) answer(incoming, outgoing)
    else outgoing.writeHead(403, TEXT).end(REFUSAL)
  })
  attach(server, sync, admits)
  try {
    await sync.ready
    await listen(server, port, host)
  } catch (error) {
    await sync.close({ graceMs: 0 }).catch(() => {})
    throw error
  }
  return {
    url: `http://${host ?? 'localhost'}:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      await sync.close({ graceMs: GRACE_MS })
      server.closeAllConnections()
      await closed
    },
  }
}

/** A mistake in the options is found before anything starts; the database is open by then. */
async function begin(options: SyncOptions): Promise<Sync> {
  try {
    return createSync(options)
  } catch (error) {
    await options.database.close()
    throw error
  }
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8' }
const REFUSAL =
  'This development server answers pages and programs of this machine only. Open the page from localhost, or serve it with `syncline serve` and a login.\n'

/** Sockets are refused before Syncline sees them. */
function attach(server: Server, sync: Sync, admits: (r: IncomingMessage) => boolean): void {
  const admitted = new EventEmitter()
  sync.attach(admitted as Server)
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (admits(request) && admitted.emit('upgrade', request, socket, head)) return
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
  })
}

function aboutPage(request: Request): Response {
  const { pathname, host } = new URL(request.url)
  if (pathname !== '/')
    return new Response(`There is nothing at ${pathname}.\n`, { status: 404, headers: TEXT })
  return new Response(
    `Syncline is running. Clients connect to http://${host}/sync, records are below /api, health is at /health.\n`,
    { headers: TEXT },
  )
}

function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port)))
    server.listen(port, host, resolve)
  })
}

function explain(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error
  return new Error(`Port ${port} is taken. Name a free one with --port, or stop what listens there.`, {
    cause: error,
  })
}

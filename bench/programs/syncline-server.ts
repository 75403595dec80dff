/**
 * The program under test: a real Syncline server with tokens, access rules and rooms over a real PostgreSQL.
 *
 *   start     creates the tables, migrates and listens; answers the port. Its sockets are followed if it is to publish
 *   publish   feeds changes of one record of the first production to the tail, burst by burst (`fed-database.ts`)
 *   memory    collects garbage and answers what is left
 */
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import pg from 'pg'
import { createSync, jwt, migrate, postgres } from 'syncline/server'
import { serve } from '../harness/child.ts'
import { type FedDatabase, feedable } from '../harness/fed-database.ts'
import { memoryNow } from '../harness/memory.ts'
import { publishFor } from '../harness/publish.ts'
import { access, productionId, schema, type StageSize, tablesOf } from '../harness/stage.ts'
import { TOKEN_SECRET } from '../harness/token.ts'

type Request =
  | { kind: 'start'; url: string; size: StageSize; publishes?: boolean; keepsLoads?: boolean }
  | { kind: 'publish'; burst: number; forMs: number }
  | { kind: 'memory' }

/** The generator is one address and a few users that do nothing but write: the buckets are there, and large. */
const PLENTY = { perSecond: 1_000_000, burst: 1_000_000 }
const limits = { connects: PLENTY, messages: PLENTY, pushes: PLENTY, pushesPerUser: PLENTY }

const sockets = new Set<Socket>()
let fed: FedDatabase | undefined
let version = 1

async function start({
  url,
  size,
  publishes,
  keepsLoads,
}: Extract<Request, { kind: 'start' }>): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(tablesOf(size))
  await client.end()
  fed = feedable(postgres(url))
  const options = { schema, access, database: fed.database }
  await migrate(options)
  const sync = createSync({
    ...options,
    authenticate: jwt({ secret: TOKEN_SECRET }),
    secret: 'seals the cursors of a benchmark',
    limits: keepsLoads === false ? { ...limits, keptLoadBytes: 0 } : limits,
    logger: { debug() {}, info() {}, warn: complain, error: complain },
  })
  await sync.ready
  fed.wakeBy(() => sync.wake())
  const server = createServer()
  if (publishes) server.on('connection', follow)
  sync.attach(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function follow(socket: Socket): void {
  sockets.add(socket)
  socket.on('close', () => sockets.delete(socket))
}

function complain(fields: unknown, message: string): void {
  console.error(message, fields)
}

function nextChange() {
  version += 1
  return {
    seq: null,
    xid: null,
    at: '2026-02-12 10:00:00.123456+00',
    room: `Production:${productionId(1)}`,
    model: 'camera',
    id: '0199a5a5-7c1e-7000-8000-000000000001',
    action: 'update',
    fields: `{"name": "Camera ${version}"}`,
    version,
    field_versions: null,
    actor: 'ana',
    source: 'app',
    device: '0199a5a5-7c1e-7000-8000-000000000002',
    op: String(version),
    marks: null,
  }
}

async function publish(burst: number, forMs: number): Promise<number> {
  if (!fed) throw new Error('There is no server. Send `start` with `publishes` first.')
  const { feed, isBusy } = fed
  const changes = (count: number) => Array.from({ length: count }, nextChange)
  await publishFor({ sockets, isBusy, publish: (count) => feed(changes(count)) }, burst, forMs)
  return version
}

serve((request: Request): Promise<unknown> => {
  if (request.kind === 'start') return start(request)
  return request.kind === 'publish' ? publish(request.burst, request.forMs) : memoryNow()
})

/** A real Syncline server with `/cable` over a real PostgreSQL; `publish` feeds changes to its tail (`fed-database.ts`). */
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import pg from 'pg'
import { createSync, migrate, postgres } from 'syncline/server'
import { access, schema, tablesOf } from '../harness/accounts.ts'
import { serve } from '../harness/child.ts'
import { type FedDatabase, feedable } from '../harness/fed-database.ts'

type Request = { kind: 'start'; url: string; accounts: number } | { kind: 'publish'; count: number }

/** The generator is one address and one user. */
const PLENTY = { perSecond: 1_000_000, burst: 1_000_000 }
/** Changes that become ready in one turn. */
const BURST = 10
/** A socket with more unsent bytes than this holds back the next burst. */
const LARGEST_BACKLOG = 16_384

const sockets = new Set<Socket>()
let fed: FedDatabase | undefined
let version = 1

async function start(url: string, accounts: number): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(tablesOf(accounts))
  await client.end()
  fed = feedable(postgres(url))
  const options = { schema, access, database: fed.database }
  await migrate(options)
  const sync = createSync({
    ...options,
    authenticate: () => ({ user: { id: 'bench' } }),
    secret: 'seals the cursors of a benchmark',
    limits: {
      connects: PLENTY,
      joins: PLENTY,
      joinsPerUser: PLENTY,
      joinsPerAddress: PLENTY,
      messages: PLENTY,
      connectionsPerUser: 100_000,
      channelsPerConnection: 10_000,
    },
  })
  await sync.ready
  fed.wakeBy(() => sync.wake())
  const server = createServer()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  sync.attach(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function nextChange() {
  version += 1
  return {
    seq: null,
    xid: null,
    at: '2026-02-12 10:00:00.123456+00',
    room: '',
    model: 'note',
    id: '1',
    action: 'update',
    fields: `{"body": "Note ${version}"}`,
    version,
    field_versions: null,
    actor: null,
    source: 'app',
    device: null,
    op: null,
    marks: '["Account:1"]',
  }
}

/** Feeds bursts as fast as the sockets take them; each change is a transaction of its own. */
function publish(count: number): Promise<void> {
  const { feed, isBusy } = fed as FedDatabase
  let left = count
  return new Promise((resolve) => {
    const turn = () => {
      if (left === 0 && !isBusy()) return resolve()
      if (left > 0 && !isBusy() && !isBehind()) {
        feed(Array.from({ length: Math.min(BURST, left) }, nextChange))
        left -= Math.min(BURST, left)
      }
      setImmediate(() => setImmediate(turn))
    }
    turn()
  })
}

function isBehind(): boolean {
  for (const socket of sockets) if (socket.writableLength > LARGEST_BACKLOG) return true
  return false
}

serve(
  (request: Request): Promise<unknown> =>
    request.kind === 'start' ? start(request.url, request.accounts) : publish(request.count),
)

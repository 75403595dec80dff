/** Reference of G1: a bare `ws` server that commits one INSERT per message and passes the message on. */
import pg from 'pg'
import { type WebSocket, WebSocketServer } from 'ws'
import { serve } from '../harness/child.ts'

let port = 0

async function start(url: string): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(
    'create table if not exists raw_latency (id bigint generated always as identity primary key, body text)',
  )
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  await new Promise((resolve) => server.once('listening', resolve))
  const sockets = new Set<WebSocket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('message', async (message) => {
      await client.query({
        name: 'insert',
        text: 'insert into raw_latency (body) values ($1)',
        values: [message.toString()],
      })
      for (const other of sockets) if (other !== socket) other.send(message.toString())
    })
  })
  port = (server.address() as { port: number }).port
  return port
}

serve(({ url }: { url: string }) => (port ? Promise.resolve(port) : start(url)))

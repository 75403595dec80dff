/** Reference of G7: whoever connects to a bare `ws` server gets what `COPY` writes of the cameras, as JSON. */
import pg from 'pg'
import { WebSocketServer } from 'ws'
import { serve } from '../harness/child.ts'
import { copyOut } from '../harness/copy-out.ts'
import { type StageSize, tablesOf } from '../harness/stage.ts'

const COPY = `copy (
  select '[' || to_json(id) || ',' || to_json(production_id) || ',' || to_json(name) || ',' || zoom || ']' from cameras
) to stdout`

async function start({ url, size }: { url: string; size: StageSize }): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(tablesOf(size))
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  await new Promise((resolve) => server.once('listening', resolve))
  server.on('connection', (socket) => copyOut(client, COPY, (lines) => socket.send(`[${lines.join(',')}]`)))
  return (server.address() as { port: number }).port
}

serve(start)

/** Reference of G8: whoever connects to a bare `ws` server gets all changes of a table, read at once, in one frame. */
import pg from 'pg'
import { WebSocketServer } from 'ws'
import { serve } from '../harness/child.ts'

/** As long as the changes that Syncline sends. */
const TABLE = `
create table raw_log (seq bigint primary key, change text not null);
insert into raw_log
  select n, '{"model":"camera","id":"camera-' || n || '","action":"update","fields":{"name":"Renamed"},"version":2'
    || ',"at":"2026-02-12T10:00:00.123456Z","actor":null,"source":"postgres"}'
  from generate_series(1, 10000) n;
analyze;`

async function start(url: string): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(TABLE)
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  await new Promise((resolve) => server.once('listening', resolve))
  server.on('connection', async (socket) => {
    const { rows } = await client.query<[string]>({
      name: 'missed',
      text: 'select change from raw_log where seq > $1 order by seq',
      values: [0],
      rowMode: 'array',
    })
    socket.send(`{"type":"changes","changes":[${rows.join(',')}]}`)
  })
  return (server.address() as { port: number }).port
}

serve(({ url }: { url: string }) => start(url))

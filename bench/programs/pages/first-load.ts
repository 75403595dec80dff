/**
 * G7 in the page: a room of 100,000 rows is loaded for the first time, until a query answers.
 *
 *   syncline, anew   a client connects, joins, and has the room live
 *   reference        a bare socket brings what `COPY` wrote; `JSON.parse` and a map
 */
import { createClient } from 'syncline/client'
import { answerWith } from '../../harness/answer.ts'
import { schema } from '../../harness/stage-schema.ts'

interface Request {
  readonly contestant: 'reference' | 'syncline' | 'anew'
  readonly port: number
  readonly token: string
  readonly rows: number
}

async function loadRoom({ port, token, rows }: Request): Promise<number> {
  const start = performance.now()
  const client = createClient({ schema, url: `ws://127.0.0.1:${port}/sync`, token })
  const room = client.join('production', 'production-1')
  await room.whenLive()
  const last = client.query.camera.where({ id: `camera-${rows}` }).first()
  const elapsed = performance.now() - start
  check(last?.name, client.query.camera.current.length, rows)
  client.close()
  return elapsed
}

async function loadCopy({ port, rows }: Request): Promise<number> {
  const start = performance.now()
  const cameras = new Map<string, { name: string }>()
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
  await new Promise<void>((resolve) => {
    socket.onmessage = ({ data }) => {
      for (const [id, productionId, name, zoom] of JSON.parse(data as string) as [
        string,
        string,
        string,
        number,
      ][])
        cameras.set(id, { id, productionId, name, zoom } as { name: string })
      if (cameras.size === rows) resolve()
    }
  })
  const last = cameras.get(`camera-${rows}`)
  const elapsed = performance.now() - start
  check(last?.name, cameras.size, rows)
  socket.close()
  return elapsed
}

function check(name: string | undefined, count: number, rows: number): void {
  if (name !== `Camera ${rows}` || count !== rows)
    throw new Error(`The page holds ${count} of ${rows} rows; the last is named ${name}.`)
}

answerWith((request: Request) => (request.contestant === 'reference' ? loadCopy(request) : loadRoom(request)))

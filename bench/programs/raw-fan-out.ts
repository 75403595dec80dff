/**
 * References of G3: a room of sockets that all get the same messages.
 *
 *   loop    `ws.send` for every message and socket, as most servers do it
 *   joined  frames written once, those of one turn joined, one `socket.write` per socket: what physics allows
 */
import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { serve } from '../harness/child.ts'
import { type Publisher, publishFor } from '../harness/publish.ts'

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
await new Promise((resolve) => server.once('listening', resolve))
const room = new Map<WebSocket, Socket>()
server.on('connection', (socket, request) => {
  request.socket.setNoDelay(true)
  room.set(socket, request.socket)
  socket.on('close', () => room.delete(socket))
  socket.on('error', () => socket.terminate())
})
let version = 1

/** As long as a `changes` message with one changed field. */
function nextMessage(): string {
  version += 1
  return `{"type":"changes","channel":"Production:production-1","changes":[{"model":"camera","id":"0199a5a5-7c1e-7000-8000-000000000001","action":"update","fields":{"name": "Camera ${version}"},"version":${version},"at":"2026-02-12T10:00:00.123456Z","actor":"ana","source":"app","device":"q83vEjRWeJCrze8SNFZ4kA"}],"cursor":"${'c'.repeat(176)}"}`
}

function frameOf(text: string): Buffer {
  const payload = Buffer.from(text)
  const head = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 0xff])
  return Buffer.concat([head, payload])
}

const PUBLISHERS: Record<'loop' | 'joined', Publisher['publish']> = {
  loop(burst, isOver) {
    for (let message = 0; message < burst && (message === 0 || !isOver()); message++) {
      const text = nextMessage()
      for (const socket of room.keys()) socket.send(text)
    }
  },
  joined(burst) {
    const joined = Buffer.concat(Array.from({ length: burst }, () => frameOf(nextMessage())))
    for (const raw of room.values()) raw.write(joined)
  },
}

type Request =
  | { kind: 'port' }
  | { kind: 'publish'; mode: keyof typeof PUBLISHERS; burst: number; forMs: number }

serve(async (request: Request) => {
  if (request.kind === 'port') return (server.address() as { port: number }).port
  const { mode, burst, forMs } = request
  await publishFor(
    { sockets: { [Symbol.iterator]: () => room.values() }, publish: PUBLISHERS[mode] },
    burst,
    forMs,
  )
  return version
})

/** Reference of G5: sockets that have completed the opening handshake and are kept, read and written by nobody. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { serve } from '../harness/child.ts'
import { memoryNow } from '../harness/memory.ts'

const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

const sockets = new Set<Duplex>()
const server = createServer()
server.on('upgrade', (request, socket: Duplex) => {
  const key = request.headers['sec-websocket-key'] ?? ''
  const accept = createHash('sha1')
    .update(key + WEBSOCKET_GUID)
    .digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  sockets.add(socket)
  socket.on('error', forget)
  socket.on('close', forget)
  socket.resume()
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

function forget(this: Duplex): void {
  sockets.delete(this)
  this.destroy()
}

serve(async ({ kind }: { kind: 'port' | 'memory' }) =>
  kind === 'port' ? (server.address() as AddressInfo).port : memoryNow(),
)

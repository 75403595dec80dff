/** The leanest WebSocket client: a TCP socket that masks what it sends and cuts what it receives into frames. */
import { createHash, randomBytes } from 'node:crypto'
import { createConnection, type Socket } from 'node:net'

const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export interface RawSocket {
  readonly socket: Socket
  send(text: string): void
  /** Called with each data frame's payload; the buffer is only valid during the call. */
  onFrame: (payload: Buffer) => void
  close(): void
}

/** Connects and completes the opening handshake (RFC 6455). */
export function openRawSocket(port: number, path: string, protocol?: string): Promise<RawSocket> {
  return new Promise((resolve, reject) => {
    const key = randomBytes(16).toString('base64')
    const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
    socket.once('error', reject)
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n${protocol ? `Sec-WebSocket-Protocol: ${protocol}\r\n` : ''}\r\n`,
    )
    let opening = Buffer.alloc(0)
    const onOpening = (chunk: Buffer) => {
      opening = Buffer.concat([opening, chunk])
      const end = opening.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = opening.subarray(0, end).toString()
      const accept = createHash('sha1')
        .update(key + WEBSOCKET_GUID)
        .digest('base64')
      if (!head.startsWith('HTTP/1.1 101') || !head.includes(accept)) {
        socket.destroy()
        return reject(new Error(`The server refused the WebSocket: ${head.split('\r\n')[0]}`))
      }
      socket.off('data', onOpening)
      const raw = rawSocket(socket)
      const rest = opening.subarray(end + 4)
      resolve(raw)
      if (rest.length > 0) setImmediate(() => socket.emit('data', rest))
    }
    socket.on('data', onOpening)
  })
}

function rawSocket(socket: Socket): RawSocket {
  let pending: Buffer | undefined
  const raw: RawSocket = {
    socket,
    send: (text) => socket.write(maskedFrame(Buffer.from(text))),
    onFrame: () => {},
    close: () => socket.destroy(),
  }
  socket.on('data', (chunk: Buffer) => {
    const data = pending ? Buffer.concat([pending, chunk]) : chunk
    const used = cutFrames(data, raw)
    pending = used < data.length ? data.subarray(used) : undefined
  })
  return raw
}

/** Hands on every complete frame and returns how many bytes they took. */
function cutFrames(data: Buffer, raw: RawSocket): number {
  let at = 0
  while (data.length - at >= 2) {
    const opcode = (data[at] as number) & 0x0f
    const short = (data[at + 1] as number) & 0x7f
    const head = short < 126 ? 2 : short === 126 ? 4 : 10
    if (data.length - at < head) break
    const length =
      short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2))
    if (data.length - at < head + length) break
    if (opcode === 1 || opcode === 2) raw.onFrame(data.subarray(at + head, at + head + length))
    else if (opcode === 9) raw.socket.write(maskedFrame(data.subarray(at + head, at + head + length), 0x8a))
    at += head + length
  }
  return at
}

function maskedFrame(payload: Buffer, first = 0x81): Buffer {
  const length = payload.length
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.alloc(head + 4 + length)
  frame[0] = first
  if (head === 2) frame[1] = 0x80 | length
  else if (head === 4) {
    frame[1] = 0x80 | 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 0x80 | 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  // A mask of zeros is a valid mask, and costs neither side anything.
  payload.copy(frame, head + 4)
  return frame
}

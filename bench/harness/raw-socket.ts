/** The leanest WebSocket client: a TCP socket that masks what it sends and cuts what it receives into frames. */
import { createHash, randomBytes } from 'node:crypto'
import { createConnection, type Socket } from 'node:net'
import { cutFrames } from './cut-frames.ts'

const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** The opcode of a ping, and the first byte of its answer. */
export const PING = 9
const PONG = 0x8a

/** Everything is read into one buffer: what came is dealt with before the next read. */
const INBOX = Buffer.allocUnsafe(65_536)

export interface RawSocket {
  readonly socket: Socket
  send(text: string): void
  /** Answers a ping. */
  pong(payload: Buffer): void
  /** Called with what came, which is only valid during the call; cuts it into frames unless somebody takes it over. */
  onChunk: (chunk: Buffer) => void
  /** Called for each data frame, whose payload is `data` from `start` to `end`; only valid during the call. */
  onFrame: (data: Buffer, start: number, end: number) => void
  close(): void
}

/** Connects and completes the opening handshake (RFC 6455). */
export function openRawSocket(port: number, path: string, protocol?: string): Promise<RawSocket> {
  return new Promise((resolve, reject) => {
    const key = randomBytes(16).toString('base64')
    let take: (chunk: Buffer) => void
    const onRead = { buffer: INBOX, callback: (bytes: number) => (take(INBOX.subarray(0, bytes)), true) }
    const socket = createConnection({ port, host: '127.0.0.1', noDelay: true, onread: onRead })
    socket.once('error', reject)
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n${protocol ? `Sec-WebSocket-Protocol: ${protocol}\r\n` : ''}\r\n`,
    )
    let opening = Buffer.alloc(0)
    take = (chunk) => {
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
      const raw = rawSocket(socket)
      take = (bytes) => raw.onChunk(bytes)
      resolve(raw)
      const rest = opening.subarray(end + 4)
      if (rest.length > 0) setImmediate(() => take(rest))
    }
  })
}

function rawSocket(socket: Socket): RawSocket {
  const raw: RawSocket = {
    socket,
    send: (text) => socket.write(maskedFrame(Buffer.from(text))),
    pong: (payload) => socket.write(maskedFrame(payload, PONG)),
    onChunk: (chunk) => readFrames(chunk),
    onFrame: () => {},
    close: () => socket.destroy(),
  }
  const readFrames = frameReader(raw)
  return raw
}

/** Keeps what is left of an incomplete frame for the next chunk. */
function frameReader(raw: RawSocket): (chunk: Buffer) => void {
  let pending: Buffer | undefined
  return (chunk) => {
    const data = pending ? Buffer.concat([pending, chunk]) : chunk
    const used = cutFrames(data, (opcode, start, end) => {
      if (opcode === 1 || opcode === 2) raw.onFrame(data, start, end)
      else if (opcode === PING) raw.pong(data.subarray(start, end))
    })
    pending = used < data.length ? Buffer.from(data.subarray(used)) : undefined
  }
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

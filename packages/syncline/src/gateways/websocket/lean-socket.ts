/**
 * One WebSocket, which costs little more than its TCP socket while nothing happens.
 *
 *   resting   plain frames are read where they lie, and nothing is kept between them
 *   handed    `ws` has taken over for good: a message in parts, a binary one, a fault, a close by either side
 *
 * An object of `ws` for every idle connection takes more than all of the session behind it (`bench`: G5). For the same
 * reason methods are `private`, not `#`: a class with one `#` method marks each of its objects, at 8 bytes.
 */
import { isUtf8 } from 'node:buffer'
import type { Socket } from 'node:net'
import { type RawData, type ServerOptions, WebSocket } from 'ws'
import { DeferredWebSocket } from './deferred-web-socket.ts'
import { controlFrame, mask, payloadStart, PING, plainFrameBytes, PONG, TEXT } from './plain-frame.ts'

/** More pieces of one frame than this are left to `ws`, which has a limit for them. */
const MOST_PIECES = 256

const PING_FRAME = controlFrame(PING, Buffer.alloc(0))

/** A frame of which not everything has come. */
interface Begun {
  readonly pieces: Buffer[]
  bytes: number
  /** The bytes without which nothing more can be said. */
  readonly needed: number
}

/** Under this name a socket knows its connection: one listener serves all. */
const OWNER = Symbol('connection')

type OwnedSocket = Socket & { [OWNER]: LeanSocket }

export abstract class LeanSocket {
  protected readonly socket: Socket
  /** Among the open sockets. */
  seat = 0
  /** What a resting socket has none of: a frame of which not everything has come, or `ws` since it has taken over. */
  #reader: Begun | WebSocket | null = null
  /** When the other side was last heard, in whole ms: a small number, of which there is one for each connection. */
  protected heardAtMs = wholeMs(performance.now())

  constructor(socket: Socket) {
    this.socket = socket
  }

  /** Options of the server that answered the handshake. */
  protected abstract get options(): ServerOptions
  /** Takes a message; its bytes are only valid during the call. */
  protected abstract onMessage(bytes: Buffer, isBinary: boolean, receivedAtMs: number): void
  /** The connection is gone; called once. */
  protected abstract onClosed(): void

  /** A message is larger than what is taken; the socket is closed with 1009 after this. */
  protected onTooLarge(): void {}

  /** Begins to read; `head` came with the handshake. */
  protected read(head: Buffer): void {
    const socket = this.socket as OwnedSocket
    socket[OWNER] = this
    // Only where there is one: Node would note at the socket that there is none.
    if (socket.timeout) socket.setTimeout(0)
    // The other side has said its last: so do we. What Node does by itself needs no listener of every socket.
    socket.allowHalfOpen = false
    if (head.length > 0) socket.unshift(head)
    socket.on('data', onData)
    socket.on('close', onClose)
  }

  protected ping(): void {
    const webSocket = this.handedTo
    if (webSocket) webSocket.ping()
    else if (this.socket.writable) this.socket.write(PING_FRAME)
  }

  /** Begins the closing handshake; the other side is read until it has answered. */
  protected closeWith(code: number): void {
    if (!this.socket.writable) return
    const webSocket = this.handedTo ?? this.handOver()
    webSocket.close(code)
    webSocket.resume()
  }

  /** For the listener of the socket. */
  static take(socket: OwnedSocket, chunk: Buffer): void {
    socket[OWNER].take(chunk)
  }

  /** For the listener of the socket. */
  static end(socket: OwnedSocket): void {
    socket[OWNER].onClosed()
  }

  private get handedTo(): WebSocket | null {
    return this.#reader instanceof WebSocket ? this.#reader : null
  }

  private take(chunk: Buffer): void {
    const data = this.collected(chunk)
    if (data) this.takeFrames(data)
  }

  /** What came, with what came before; null while it is too little. */
  private collected(chunk: Buffer): Buffer | null {
    const begun = this.#reader
    if (begun === null || begun instanceof WebSocket) return chunk
    begun.pieces.push(chunk)
    begun.bytes += chunk.length
    if (begun.bytes < begun.needed && begun.pieces.length < MOST_PIECES) return null
    this.#reader = null
    const data = Buffer.concat(begun.pieces, begun.bytes)
    if (begun.bytes >= begun.needed) return data
    this.handOver(data)
    return null
  }

  private takeFrames(data: Buffer): void {
    let at = 0
    while (at < data.length && !this.socket.destroyed) {
      // A message may have led to a close.
      if (this.handedTo) return void this.socket.emit('data', data.subarray(at))
      const bytes = plainFrameBytes(data, at, this.options.maxPayload as number)
      if (at + bytes > data.length) return this.waitFor(data.subarray(at), bytes)
      if (bytes === 0 || !this.takeFrame(data, at, at + bytes)) return void this.handOver(data.subarray(at))
      at += bytes
    }
  }

  private waitFor(piece: Buffer, needed: number): void {
    this.#reader = { pieces: [piece], bytes: piece.length, needed }
  }

  /** False for a frame that is left to `ws`; it is as it was then. */
  private takeFrame(data: Buffer, at: number, end: number): boolean {
    const kind = data[at]
    const start = payloadStart(data, at)
    // An answer to each ping of somebody who reads none would never end; `ws` has a limit.
    if (kind === PING && this.socket.writableLength > 0) return false
    mask(data, start, end)
    const payload = data.subarray(start, end)
    if (kind === TEXT && !isUtf8(payload)) {
      mask(data, start, end)
      return false
    }
    const receivedAtMs = this.hear()
    if (kind === TEXT) this.onMessage(payload, false, receivedAtMs)
    else if (kind === PING) this.socket.write(controlFrame(PONG, payload))
    return true
  }

  private hear(): number {
    const nowMs = performance.now()
    this.heardAtMs = wholeMs(nowMs)
    return nowMs
  }

  /** Lets `ws` read from here on, beginning with `rest`, which has come already. */
  private handOver(rest = this.begunBytes()): WebSocket {
    const { socket } = this
    socket.allowHalfOpen = true
    socket.off('data', onData)
    socket.off('close', onClose)
    const webSocket = DeferredWebSocket.takeOver(socket, this.options)
    this.#reader = webSocket
    webSocket.beforeTooLarge = () => this.onTooLarge()
    webSocket.on('message', (data: RawData, isBinary: boolean) =>
      this.onMessage(data as Buffer, isBinary, this.hear()),
    )
    webSocket.on('ping', () => this.hear())
    webSocket.on('pong', () => this.hear())
    // A frame that is no frame: `ws` has closed the socket with the code that says why.
    webSocket.on('error', () => {})
    webSocket.on('close', () => this.onClosed())
    if (rest.length > 0) socket.emit('data', rest)
    return webSocket
  }

  private begunBytes(): Buffer {
    const begun = this.#reader
    this.#reader = null
    return begun && 'pieces' in begun ? Buffer.concat(begun.pieces) : Buffer.alloc(0)
  }
}

function onData(this: OwnedSocket, chunk: Buffer): void {
  LeanSocket.take(this, chunk)
}

function onClose(this: OwnedSocket): void {
  LeanSocket.end(this)
}

/** Fits a small integer for 24 days, which takes no memory of its own. */
function wholeMs(ms: number): number {
  return Math.round(ms)
}

/**
 * One WebSocket, which costs little more than its TCP socket while nothing happens.
 *
 *   resting   plain frames are read where they lie, and nothing is kept between them
 *   handed    `ws` has taken over for good: a message in parts, a binary one, a fault, a close by either side
 *
 * An object of `ws` for every idle connection takes more than all of the session behind it (`bench`: G5).
 */
import { isUtf8 } from 'node:buffer'
import type { Socket } from 'node:net'
import type { RawData, ServerOptions, WebSocket } from 'ws'
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
  readonly #options: ServerOptions
  #webSocket: WebSocket | null = null
  #begun: Begun | null = null
  /** When the other side was last heard, in whole ms: a small number, of which there is one for each connection. */
  protected heardAtMs = wholeMs(performance.now())

  /** `options` are those of the server that answered the handshake. */
  constructor(socket: Socket, options: ServerOptions) {
    this.socket = socket
    this.#options = options
  }

  /** Takes a message; its bytes are only valid during the call. */
  protected abstract onMessage(bytes: Buffer, isBinary: boolean, receivedAtMs: number): void
  /** The connection is gone; called once. */
  protected abstract onClosed(): void

  /** Begins to read; `head` came with the handshake. */
  protected read(head: Buffer): void {
    const socket = this.socket as OwnedSocket
    socket[OWNER] = this
    socket.setTimeout(0)
    // The other side has said its last: so do we. What Node does by itself needs no listener of every socket.
    socket.allowHalfOpen = false
    if (head.length > 0) socket.unshift(head)
    socket.on('data', onData)
    socket.on('close', onClose)
  }

  protected ping(): void {
    if (this.#webSocket) this.#webSocket.ping()
    else if (this.socket.writable) this.socket.write(PING_FRAME)
  }

  /** Begins the closing handshake; the other side is read until it has answered. */
  protected closeWith(code: number): void {
    if (!this.socket.writable) return
    const webSocket = this.#webSocket ?? this.#handOver()
    webSocket.close(code)
    webSocket.resume()
  }

  /** For the listener of the socket. */
  static take(socket: OwnedSocket, chunk: Buffer): void {
    socket[OWNER].#take(chunk)
  }

  /** For the listener of the socket. */
  static end(socket: OwnedSocket): void {
    socket[OWNER].onClosed()
  }

  #take(chunk: Buffer): void {
    const data = this.#collected(chunk)
    if (data) this.#takeFrames(data)
  }

  /** What came, with what came before; null while it is too little. */
  #collected(chunk: Buffer): Buffer | null {
    const begun = this.#begun
    if (!begun) return chunk
    begun.pieces.push(chunk)
    begun.bytes += chunk.length
    if (begun.bytes < begun.needed && begun.pieces.length < MOST_PIECES) return null
    this.#begun = null
    const data = Buffer.concat(begun.pieces, begun.bytes)
    if (begun.bytes >= begun.needed) return data
    this.#handOver(data)
    return null
  }

  #takeFrames(data: Buffer): void {
    let at = 0
    while (at < data.length && !this.socket.destroyed) {
      // A message may have led to a close.
      if (this.#webSocket) return void this.socket.emit('data', data.subarray(at))
      const bytes = plainFrameBytes(data, at, this.#options.maxPayload as number)
      if (at + bytes > data.length) return this.#begin(data.subarray(at), bytes)
      if (bytes === 0 || !this.#takeFrame(data, at, at + bytes)) return void this.#handOver(data.subarray(at))
      at += bytes
    }
  }

  #begin(piece: Buffer, needed: number): void {
    this.#begun = { pieces: [piece], bytes: piece.length, needed }
  }

  /** False for a frame that is left to `ws`; it is as it was then. */
  #takeFrame(data: Buffer, at: number, end: number): boolean {
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
    const receivedAtMs = this.#hear()
    if (kind === TEXT) this.onMessage(payload, false, receivedAtMs)
    else if (kind === PING) this.socket.write(controlFrame(PONG, payload))
    return true
  }

  #hear(): number {
    const nowMs = performance.now()
    this.heardAtMs = wholeMs(nowMs)
    return nowMs
  }

  /** Lets `ws` read from here on, beginning with `rest`, which has come already. */
  #handOver(rest = this.#begunBytes()): WebSocket {
    const { socket } = this
    socket.allowHalfOpen = true
    socket.off('data', onData)
    socket.off('close', onClose)
    const webSocket = DeferredWebSocket.takeOver(socket, this.#options)
    this.#webSocket = webSocket
    webSocket.on('message', (data: RawData, isBinary: boolean) =>
      this.onMessage(data as Buffer, isBinary, this.#hear()),
    )
    webSocket.on('ping', () => this.#hear())
    webSocket.on('pong', () => this.#hear())
    // A frame that is no frame: `ws` has closed the socket with the code that says why.
    webSocket.on('error', () => {})
    webSocket.on('close', () => this.onClosed())
    if (rest.length > 0) socket.emit('data', rest)
    return webSocket
  }

  #begunBytes(): Buffer {
    const pieces = this.#begun?.pieces ?? []
    this.#begun = null
    return Buffer.concat(pieces)
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

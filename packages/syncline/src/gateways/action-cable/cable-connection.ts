/**
 * One cable socket: messages in, frames out, and its end.
 *
 *   identifying   the socket is not read; who it is, is being found out
 *   open          commands are taken
 *   closing       told why, and waited for
 *   closed        nothing is taken or sent
 *
 *   W4 no blockage   a socket that does not read is cut, a silent one is given up
 */
import type { Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import type { Frame } from '../../server/frames/frame.ts'
import type { Limits } from '../../server/limits.ts'
import { encodeFrame } from '../websocket/encode-frame.ts'
import { SocketWriter } from '../websocket/socket-writer.ts'
import type { Turn } from '../websocket/turn.ts'
import { type DisconnectReason, disconnectFrame, faultFrame } from './cable-frames.ts'
import type { CableOutlet } from './cable-outlet.ts'
import type { CableSession } from './cable-session.ts'

/** How long the other side may take to answer a close, in ms. */
const CLOSE_WITHIN_MS = 5_000

type Phase = 'identifying' | 'open' | 'closing' | 'closed'

export interface CableConnectionOptions {
  readonly socket: Socket
  readonly webSocket: WebSocket
  readonly turn: Turn
  readonly limits: Limits
  onSlow(): void
  onEnd(connection: CableConnection): void
}

export class CableConnection implements CableOutlet {
  readonly #options: CableConnectionOptions
  readonly #writer: SocketWriter
  readonly #openedAtMs = performance.now()
  #phase: Phase = 'identifying'
  #session: CableSession | undefined
  #heardAtMs = performance.now()
  #closing: NodeJS.Timeout | undefined

  constructor(options: CableConnectionOptions) {
    const { socket, webSocket, turn, limits } = options
    this.#options = options
    this.#writer = new SocketWriter(socket, turn, limits)
    webSocket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    webSocket.on('pong', () => (this.#heardAtMs = performance.now()))
    // A frame that is no frame: `ws` has closed the socket with the code that says why.
    webSocket.on('error', () => {})
    webSocket.on('close', () => this.#end())
    // What comes before it is known who it is, stays in the socket.
    webSocket.pause()
  }

  get phase(): Phase {
    return this.#phase
  }

  /** Undefined until it is known who it is. */
  get session(): CableSession | undefined {
    return this.#session
  }

  /** It is known who it is: begins to read. */
  begin(session: CableSession): void {
    this.#session = session
    this.#phase = 'open'
    this.#options.webSocket.resume()
  }

  send(frame: Frame): void {
    if (this.#phase === 'closing' || this.#phase === 'closed') return
    if (this.#writer.send(frame.as(encodeFrame))) return
    // Not here: the subscribers of a channel are being walked through.
    setImmediate(() => this.#cut())
  }

  disconnect(reason: DisconnectReason, reconnect: boolean): void {
    if (this.#phase === 'closing' || this.#phase === 'closed') return
    this.send(disconnectFrame(reason, reconnect))
    this.#phase = 'closing'
    this.#session?.end()
    this.#writer.end()
    const { webSocket, socket } = this.#options
    webSocket.close(CLOSE_CODES[reason])
    // Its answer must be read, also when nothing was read before.
    webSocket.resume()
    this.#closing = setTimeout(() => socket.destroy(), CLOSE_WITHIN_MS)
  }

  /** Looks after a socket that is silent or does not read. */
  check(nowMs: number): void {
    const { limits, webSocket } = this.#options
    if (this.#phase === 'closing' || this.#phase === 'closed') return
    if (this.#writer.isTooSlow(nowMs)) return this.#cut()
    if (this.#phase === 'identifying') {
      if (nowMs - this.#openedAtMs >= limits.helloTimeoutMs * 2) this.disconnect('unavailable', true)
      return
    }
    const silentMs = nowMs - this.#heardAtMs
    if (silentMs >= limits.silenceMs) this.disconnect('timeout', true)
    else if (silentMs >= limits.silenceMs / 3) webSocket.ping()
  }

  /** Ends at once, without a word. */
  destroy(): void {
    this.#options.socket.destroy()
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#phase !== 'open') return
    const receivedAtMs = performance.now()
    this.#heardAtMs = receivedAtMs
    if (isBinary) return this.send(BINARY)
    this.#session?.receive(() => (data as Buffer).toString('utf8'), receivedAtMs)
  }

  #cut(): void {
    if (this.#phase === 'closing' || this.#phase === 'closed') return
    this.#options.onSlow()
    this.#writer.forget()
    this.disconnect('slow_consumer', true)
  }

  #end(): void {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    clearTimeout(this.#closing)
    this.#writer.drop()
    this.#session?.end()
    this.#options.onEnd(this)
  }
}

const BINARY = faultFrame(
  'invalid_message',
  'The message is a binary frame. Send one JSON object in a text frame.',
)

/** As on the native wire; Action Cable's client goes by the message. */
const CLOSE_CODES: Readonly<Record<DisconnectReason, number>> = {
  unauthorized: 4001,
  too_many_connections: 4012,
  slow_consumer: 4013,
  timeout: 4014,
  remote: 1000,
  server_restart: 1012,
  unavailable: 1013,
}

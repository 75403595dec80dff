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
import type { ServerOptions } from 'ws'
import type { Frame } from '../../server/frames/frame.ts'
import type { Limits } from '../../server/limits.ts'
import { encodeFrame } from '../websocket/encode-frame.ts'
import { LeanSocket } from '../websocket/lean-socket.ts'
import { SocketWriter } from '../websocket/socket-writer.ts'
import type { Turn } from '../websocket/turn.ts'
import { type DisconnectReason, disconnectFrame, faultFrame } from './cable-frames.ts'
import type { CableOutlet } from './cable-outlet.ts'
import type { CableSession } from './cable-session.ts'

/** How long the other side may take to answer a close, in ms. */
const CLOSE_WITHIN_MS = 5_000

type Phase = 'identifying' | 'open' | 'closing' | 'closed'

/** What all cables share. */
export interface CableSurroundings {
  readonly turn: Turn
  readonly limits: Limits
  /** Options of the server that answers handshakes. */
  readonly options: ServerOptions
  onSlow(): void
  onEnd(connection: CableConnection): void
}

export class CableConnection extends LeanSocket implements CableOutlet {
  readonly #surroundings: CableSurroundings
  readonly #writer: SocketWriter
  readonly #openedAtMs = this.heardAtMs
  #phase: Phase = 'identifying'
  #session: CableSession | undefined
  #closing: NodeJS.Timeout | undefined

  /** `head` came with the handshake. */
  constructor(socket: Socket, head: Buffer, surroundings: CableSurroundings) {
    super(socket)
    this.#surroundings = surroundings
    this.#writer = new SocketWriter(socket, surroundings.turn, surroundings.limits)
    this.read(head)
    // What comes before it is known who it is, stays in the socket.
    socket.pause()
  }

  protected get options(): ServerOptions {
    return this.#surroundings.options
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
    this.socket.resume()
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
    this.closeWith(CLOSE_CODES[reason])
    this.#closing = setTimeout(() => this.socket.destroy(), CLOSE_WITHIN_MS)
  }

  /** Looks after a socket that is silent or does not read. */
  check(nowMs: number): void {
    const { limits } = this.#surroundings
    if (this.#phase === 'closing' || this.#phase === 'closed') return
    if (this.#writer.isTooSlow(nowMs)) return this.#cut()
    if (this.#phase === 'identifying') {
      if (nowMs - this.#openedAtMs >= limits.helloTimeoutMs * 2) this.disconnect('unavailable', true)
      return
    }
    const silentMs = nowMs - this.heardAtMs
    if (silentMs >= limits.silenceMs) this.disconnect('timeout', true)
    else if (silentMs >= limits.silenceMs / 3) this.ping()
  }

  /** Ends at once, without a word. */
  destroy(): void {
    this.socket.destroy()
  }

  protected onMessage(bytes: Buffer, isBinary: boolean, receivedAtMs: number): void {
    if (this.#phase !== 'open') return
    if (isBinary) return this.send(BINARY)
    this.#session?.receive(() => bytes.toString('utf8'), receivedAtMs)
  }

  #cut(): void {
    if (this.#phase === 'closing' || this.#phase === 'closed') return
    this.#surroundings.onSlow()
    this.#writer.forget()
    this.disconnect('slow_consumer', true)
  }

  protected onClosed(): void {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    clearTimeout(this.#closing)
    this.#writer.drop()
    this.#session?.end()
    this.#surroundings.onEnd(this)
  }
}

const BINARY = faultFrame(
  'invalid_message',
  'The message is a binary frame. Send one JSON object in a text frame.',
)

/** As on the native wire; Action Cable's client goes by the message. */
const CLOSE_CODES: Readonly<Record<DisconnectReason, number>> = {
  unauthorized: 4001,
  foreign_origin: 4004,
  too_many_connections: 4012,
  slow_consumer: 4013,
  timeout: 4014,
  remote: 1000,
  server_restart: 1012,
  unavailable: 1013,
}

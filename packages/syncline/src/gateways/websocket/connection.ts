/**
 * One socket: frames in, frames out, and its end.
 *
 *   W4 no blockage   a socket that does not read is cut with `slow_consumer`, a silent one with `timeout`
 *
 * `ws` reads frames and answers its pings; what we send goes to the socket beside it, as whole frames.
 */
import type { Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import { parseDeviceMessage } from '../../protocol/parse-device-message.ts'
import type { Frame } from '../../server/frames/frame.ts'
import type { Outlet } from '../../server/outlet.ts'
import type { Session } from '../../server/session/session.ts'
import { encodeFrame } from './encode-frame.ts'
import { SocketWriter } from './socket-writer.ts'
import type { Turn } from './turn.ts'
import type { Limits } from '../../server/limits.ts'

/** How long the other side may take to answer a close, in ms. */
const CLOSE_WITHIN_MS = 5_000
/** When to come again while the database does not answer, in ms. */
const COME_AGAIN_MS = 1_000

/** Ends when the session, the other side or the network ends it; `onEnd` is called once. */
export class Connection implements Outlet {
  readonly #socket: Socket
  readonly #webSocket: WebSocket
  readonly #writer: SocketWriter
  readonly #limits: Limits
  readonly #onEnd: (connection: Connection) => void
  #session: Session | undefined
  #heardAtMs = performance.now()
  #openedAtMs = performance.now()
  #isEnded = false
  #closing: NodeJS.Timeout | undefined

  constructor(
    socket: Socket,
    webSocket: WebSocket,
    turn: Turn,
    limits: Limits,
    onEnd: (connection: Connection) => void,
  ) {
    this.#socket = socket
    this.#webSocket = webSocket
    this.#writer = new SocketWriter(socket, turn, limits)
    this.#limits = limits
    this.#onEnd = onEnd
  }

  get session(): Session | undefined {
    return this.#session
  }

  /** Begins to read. */
  begin(session: Session): void {
    this.#session = session
    const webSocket = this.#webSocket
    webSocket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    webSocket.on('pong', () => (this.#heardAtMs = performance.now()))
    webSocket.on('ping', () => (this.#heardAtMs = performance.now()))
    // A frame that is no frame: `ws` has closed the socket with the code that says why.
    webSocket.on('error', () => {})
    webSocket.on('close', () => this.#end())
  }

  #receive(data: RawData, isBinary: boolean): void {
    const receivedAtMs = performance.now()
    this.#heardAtMs = receivedAtMs
    const bytes = data as Buffer
    const read = () => (isBinary ? BINARY_REFUSED : parseDeviceMessage(bytes.toString('utf8')))
    this.#session?.receive(read, bytes.length, receivedAtMs)
  }

  send(frame: Frame): void {
    if (this.#writer.send(frame.as(encodeFrame))) return
    // Not here: a room is being walked through, and its members must not change under it.
    setImmediate(() => this.#cut())
  }

  get waitingBytes(): number {
    return this.#writer.waitingBytes
  }

  drained(): Promise<void> {
    return this.#writer.drained()
  }

  /** Looks after a socket that is silent, says no hello, or does not read. */
  check(nowMs: number): void {
    if (this.#isEnded || this.#closing) return
    if (this.#writer.isTooSlow(nowMs)) return this.#cut()
    if (this.#isLate(nowMs)) return
    const silentMs = nowMs - this.#heardAtMs
    if (silentMs >= this.#limits.silenceMs) this.#session?.dismiss('timeout', true)
    else if (silentMs >= this.#limits.silenceMs / 3) this.#webSocket.ping()
  }

  /** Ends a connection that has not come in: no hello was said, or the database does not tell who it is. */
  #isLate(nowMs: number): boolean {
    const { helloTimeoutMs } = this.#limits
    const phase = this.#session?.phase
    const openMs = nowMs - this.#openedAtMs
    if (phase === 'new' && openMs >= helloTimeoutMs) this.#session?.refuse('hello_first')
    else if (phase === 'greeting' && openMs >= helloTimeoutMs * 2)
      this.#session?.dismiss('unavailable', true, COME_AGAIN_MS)
    else return false
    return true
  }

  #cut(): void {
    if (this.#isEnded || this.#closing) return
    this.#session?.engine.metrics.count('syncline_slow_consumers_total')
    this.#writer.forget()
    this.#session?.dismiss('slow_consumer', true)
  }

  close(closeCode: number): void {
    if (this.#isEnded || this.#closing) return
    this.#writer.end()
    this.#webSocket.close(closeCode)
    // A peer that answers no close, or reads nothing, is not waited for.
    this.#closing = setTimeout(() => this.#socket.destroy(), CLOSE_WITHIN_MS)
  }

  /** Ends at once, without a word. */
  destroy(): void {
    this.#socket.destroy()
  }

  #end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    clearTimeout(this.#closing)
    this.#writer.drop()
    this.#session?.end()
    this.#onEnd(this)
  }
}

const BINARY_REFUSED = {
  ok: false,
  error: {
    code: 'invalid_message',
    message: 'The message is a binary frame. Send one JSON object in a text frame.',
  },
} as const

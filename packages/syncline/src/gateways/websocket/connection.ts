/**
 * One socket: frames in, frames out, and its end. Who opens it is asked by the request of the upgrade, which is kept
 * until then, or by a token.
 *
 *   W4 no blockage   a socket that does not read is cut with `slow_consumer`, a silent one with `timeout`
 *
 * What we send goes to the socket as whole frames, beside whoever reads it.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { ServerOptions } from 'ws'
import { parseDeviceMessage } from '../../protocol/parse-device-message.ts'
import type { RunningCore } from '../../server/create-core.ts'
import type { Frame } from '../../server/frames/frame.ts'
import type { Identity } from '../../server/identity.ts'
import type { Caller, Session } from '../../server/session/session.ts'
import { addressOf } from '../socket-address.ts'
import { isForeignUpgrade, tokenRequest, upgradeRequest, upgradeUrl } from '../upgrade-request.ts'
import { writeDirectly } from './direct-write.ts'
import { encodeFrame } from './encode-frame.ts'
import { LeanSocket } from './lean-socket.ts'
import { Piece } from './piece.ts'
import { JOIN_AT_MOST, SocketWriter, type WriterOwner } from './socket-writer.ts'
import type { Flushing, Join, Turn } from './turn.ts'

/** How long the other side may take to answer a close, in ms. */
const CLOSE_WITHIN_MS = 5_000
/** When to come again while the database does not answer, in ms. */
const COME_AGAIN_MS = 1_000

/** What all connections of a gateway share. */
export interface ConnectionSurroundings {
  readonly core: RunningCore
  readonly turn: Turn
  /** Options of the server that answers handshakes. */
  readonly options: ServerOptions
  /** Called once for each connection. */
  onEnd(connection: Connection): void
}

/** How a connection was opened: known until it is open. */
class Opening {
  readonly atMs: number
  /** Null once `hello` was said: nobody proves by a cookie who it is after that. */
  upgrade: IncomingMessage | null

  constructor(atMs: number, upgrade: IncomingMessage) {
    this.atMs = atMs
    this.upgrade = upgrade
  }
}

/** A closing one is not waited for without end. */
type Stage = Opening | 'open' | NodeJS.Timeout | 'ended'

/** What the connections share that are opened at one address, as most are. */
class Entrance {
  readonly surroundings: ConnectionSurroundings
  /** Where the upgrade goes. */
  readonly url: string

  constructor(surroundings: ConnectionSurroundings, url: string) {
    this.surroundings = surroundings
    this.url = url
  }
}

const lastEntrance = new WeakMap<ConnectionSurroundings, Entrance>()

function entranceOf(surroundings: ConnectionSurroundings, url: string): Entrance {
  const last = lastEntrance.get(surroundings)
  if (last?.url === url) return last
  const entrance = new Entrance(surroundings, url)
  lastEntrance.set(surroundings, entrance)
  return entrance
}

/** Ends when the session, the other side or the network ends it. */
export class Connection extends LeanSocket implements Caller, Flushing, WriterOwner {
  readonly #entrance: Entrance
  #stage: Stage
  readonly address: string
  /**
   * What is to be written: a piece at the end of this turn, or what a writer has. Most connections are idle most of the
   * time, and members of a room get the same frames, for which a writer each would cost more than they do (`bench`: G3).
   */
  #writing: Piece | SocketWriter | null = null
  #session: Session | null = null

  constructor(socket: Socket, upgrade: IncomingMessage, surroundings: ConnectionSurroundings) {
    super(socket)
    this.#entrance = entranceOf(surroundings, upgradeUrl(upgrade))
    this.address = addressOf(socket)
    this.#stage = new Opening(this.heardAtMs, upgrade)
  }

  private get surroundings(): ConnectionSurroundings {
    return this.#entrance.surroundings
  }

  protected get options(): ServerOptions {
    return this.surroundings.options
  }

  async identify(token?: string): Promise<Identity | null> {
    const { core } = this.surroundings
    const upgrade = this.takeUpgrade()
    await core.ready
    if (token !== undefined) return core.identify(tokenRequest(this.#entrance.url, token))
    if (!upgrade) return null
    const identity = await core.identify(upgradeRequest(upgrade, core.allowedOrigins))
    if (!identity && isForeignUpgrade(upgrade, core.allowedOrigins))
      throw core.foreignOrigin(upgrade.headers.origin)
    return identity
  }

  private takeUpgrade(): IncomingMessage | null {
    if (!(this.#stage instanceof Opening)) return null
    const { upgrade } = this.#stage
    this.#stage.upgrade = null
    return upgrade
  }

  /** Begins to read; `head` came with the handshake. */
  begin(session: Session, head: Buffer): void {
    this.#session = session
    this.read(head)
  }

  protected onMessage(bytes: Buffer, isBinary: boolean, receivedAtMs: number): void {
    const read = () => (isBinary ? BINARY_REFUSED : parseDeviceMessage(bytes.toString('utf8')))
    this.#session?.receive(read, bytes.length, receivedAtMs)
  }

  protected override onTooLarge(): void {
    const { messageBytes } = this.surroundings.core.limits
    const message = `A message is larger than ${messageBytes} bytes, the most that is taken at once. Send it in parts.`
    this.#session?.refuse('too_large', { message })
  }

  /** Whether nothing is sent any more. */
  private get isOver(): boolean {
    return this.#stage !== 'open' && !(this.#stage instanceof Opening)
  }

  send(frame: Frame): void {
    if (this.#stage !== 'open' && this.isOver) return
    const bytes = frame.as(encodeFrame)
    const writing = this.#writing
    if (writing === null) {
      const { turn } = this.surroundings
      this.#writing = turn.begin(bytes)
      turn.add(this)
    } else if (writing instanceof Piece) this.#writing = writing.followedBy(bytes)
    else if (!writing.send(bytes)) {
      // Not here: a room is being walked through, and its members must not change under it.
      setImmediate(() => this.cut())
    }
  }

  /** Called by the turn in which the first frame was sent. */
  flush(join: Join): void {
    const writing = this.#writing
    if (!(writing instanceof Piece)) return writing?.flush(join)
    if (writing.bytes > JOIN_AT_MOST) return this.writer()?.flush(join)
    this.#writing = null
    const bytes = writing.joined()
    if (writeDirectly(this.socket, bytes)) return
    if (!this.socket.write(bytes) && this.socket.writableLength > 0) this.newWriter().block()
  }

  /** Who writes what is to be written; null when nothing is. */
  private writer(): SocketWriter | null {
    const writing = this.#writing
    if (writing === null || writing instanceof SocketWriter) return writing
    return this.newWriter().takeOver(writing.frames(), writing.bytes)
  }

  private newWriter(): SocketWriter {
    const { turn, core } = this.surroundings
    return (this.#writing = new SocketWriter(this.socket, turn, core.limits, this))
  }

  onWritten(): void {
    this.#writing = null
  }

  get waitingBytes(): number {
    return this.writer()?.waitingBytes ?? this.socket.writableLength
  }

  drained(): Promise<void> {
    return this.writer()?.drained() ?? Promise.resolve()
  }

  /** Looks after a socket that is silent, says no hello, or does not read; an idle one gives up what it does not need. */
  check(nowMs: number): void {
    if (this.isOver) return
    if (this.writer()?.isTooSlow(nowMs)) return this.cut()
    if (this.#stage instanceof Opening && this.checkOpening(this.#stage, nowMs)) return
    this.#session?.rest(nowMs)
    const silentMs = nowMs - this.heardAtMs
    const { silenceMs } = this.surroundings.core.limits
    if (silentMs >= silenceMs) this.#session?.dismiss('timeout', true)
    else if (silentMs >= silenceMs / 3) this.ping()
  }

  /** Ends a connection that has not come in: no hello was said, or the database does not tell who it is. */
  private checkOpening({ atMs }: Opening, nowMs: number): boolean {
    const { helloTimeoutMs } = this.surroundings.core.limits
    const phase = this.#session?.phase
    const openMs = nowMs - atMs
    if (phase === 'new' && openMs >= helloTimeoutMs) this.#session?.refuse('hello_first')
    else if (phase === 'greeting' && openMs >= helloTimeoutMs * 2)
      this.#session?.dismiss('unavailable', true, COME_AGAIN_MS)
    else {
      if (phase === 'open') this.#stage = 'open'
      return false
    }
    return true
  }

  private cut(): void {
    if (this.isOver) return
    this.#session?.engine.metrics.count('syncline_slow_consumers_total')
    this.writer()?.forget()
    this.#session?.dismiss('slow_consumer', true)
  }

  close(closeCode: number): void {
    if (this.isOver) return
    this.writer()?.end()
    this.closeWith(closeCode)
    // A peer that answers no close, or reads nothing, is not waited for.
    this.#stage = setTimeout(() => this.socket.destroy(), CLOSE_WITHIN_MS)
  }

  /** Ends at once, without a word. */
  destroy(): void {
    this.socket.destroy()
  }

  protected onClosed(): void {
    const stage = this.#stage
    if (stage === 'ended') return
    this.#stage = 'ended'
    if (typeof stage === 'object' && !(stage instanceof Opening)) clearTimeout(stage)
    this.writer()?.drop()
    this.#session?.end()
    this.surroundings.onEnd(this)
  }
}

const BINARY_REFUSED = {
  ok: false,
  error: {
    code: 'invalid_message',
    message: 'The message is a binary frame. Send one JSON object in a text frame.',
  },
} as const

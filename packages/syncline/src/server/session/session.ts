/**
 * One connection's life: greeted, then message by message. Knows no wire.
 *
 *   new        nothing but `hello` is taken
 *   greeting   who is it? what comes meanwhile is queued (64 KiB)
 *   open       messages are taken in order; each answers when it can
 *   leaving    what was accepted is still answered
 *   closed     nothing is taken or sent
 *
 * A message never throws and never blocks the next one, except that joins of one channel take their turn.
 */
import type { ErrorCode } from '../../protocol/errors.ts'
import type { PushOutcome } from '../../postgres/apply/writer.ts'
import type { Hello } from '../../protocol/messages/hello.ts'
import type { ParsedFrame, ParsedMessage } from '../../protocol/parse-device-message.ts'
import { type Frame, frameOf } from '../frames/frame.ts'
import type { Identity } from '../identity.ts'
import type { Outlet } from '../outlet.ts'
import { bucketWaitMs, drawnBucket, FULL_BUCKET } from '../token-bucket.ts'
import { byeFrame, closeCodeOf, errorFrame, invalidFrame } from './answers.ts'
import type { Engine } from './engine.ts'
import { greet, isTurnedAway } from './greet.ts'
import { Heartbeat } from './heartbeat.ts'
import { IdentityWatch } from './identity-watch.ts'
import { Joins } from './joins.ts'
import type { ProofWatch } from './proof-watch.ts'
import { Pushes } from './pushes.ts'

export type SessionPhase = 'new' | 'greeting' | 'open' | 'leaving' | 'closed'

/** Who opened a connection. */
export interface Caller {
  /** Finds out who it is: by a token of a message, or by the request that opened the connection. */
  identify(token?: string): Promise<Identity | null>
}

type Handlers = {
  readonly [Type in ParsedMessage['type']]: (
    session: Session,
    message: Extract<ParsedMessage, { type: Type }>,
    receivedAtMs: number,
    bytes: number,
  ) => void
}

interface Queued {
  readonly frame: ParsedFrame
  readonly receivedAtMs: number
  readonly bytes: number
}

const NOTHING: readonly Queued[] = []

export class Session {
  readonly engine: Engine
  readonly outlet: Outlet
  readonly #caller: Caller
  /** Where the connection comes from; its limits are shared by all that come from there. */
  readonly address: string
  #phase: SessionPhase = 'new'
  #identity: Identity | null = null
  #device = ''
  #schemaVersion = 0
  #queue: readonly Queued[] = NOTHING
  #queuedBytes = 0
  #messages = FULL_BUCKET
  readonly #joins: Joins
  readonly #watch: IdentityWatch
  /** Made when a device pushes or pings: most are idle most of the time, and a server holds many. */
  #pushes: Pushes | undefined
  #heartbeat: Heartbeat | undefined

  constructor(engine: Engine, outlet: Outlet, caller: Caller, address: string) {
    this.engine = engine
    this.address = address
    this.outlet = outlet
    this.#caller = caller
    this.#joins = new Joins(this)
    this.#watch = new IdentityWatch(this)
  }

  /** Finds out who it is, by a token or by what opened the connection. */
  identify(token?: string): Promise<Identity | null> {
    return this.#caller.identify(token)
  }

  get phase(): SessionPhase {
    return this.#phase
  }

  /** Who it is; only asked for while the session is open. */
  get identity(): Identity {
    if (!this.#identity) throw new Error('The session has not been greeted yet.')
    return this.#identity
  }

  get device(): string {
    return this.#device
  }

  /** Version of the app's schema. */
  get schemaVersion(): number {
    return this.#schemaVersion
  }

  /** The channels that it has joined, for rows and for markers. */
  get channels(): { readonly rows: readonly string[]; readonly markers: readonly string[] } {
    return this.#joins.channels
  }

  /** Age of the oldest op that the device says it has not sent, in ms; 0 when it has none. */
  get oldestUnsentMs(): number {
    return this.#heartbeat?.oldestUnsentMs ?? 0
  }

  /** Takes one message; `read` parses it and is not called for one message too many. `bytes` is its size. */
  receive(read: () => ParsedFrame, bytes: number, receivedAtMs: number): void {
    if (this.#phase === 'closed' || this.#phase === 'leaving') return
    if (this.#phase === 'new') return this.#receiveFirst(read())
    const rate = this.engine.limits.messages
    const waitMs = bucketWaitMs(rate, this.#messages, receivedAtMs)
    if (waitMs > 0) return this.#limit(waitMs)
    this.#messages = drawnBucket(rate, this.#messages, receivedAtMs)
    if (this.#phase === 'greeting') return this.#enqueue(read(), bytes, receivedAtMs)
    this.#handle({ frame: read(), receivedAtMs, bytes })
  }

  #receiveFirst(frame: ParsedFrame): void {
    if (!frame.ok) {
      const isHello = frame.error.type === 'hello'
      this.send(isHello ? invalidFrame(frame.error) : errorFrame('hello_first'))
      return this.close(closeCodeOf('hello_first'))
    }
    if (frame.message.type !== 'hello') return this.refuse('hello_first')
    this.#phase = 'greeting'
    void this.#greet(frame.message)
  }

  async #greet(hello: Hello): Promise<void> {
    const greeted = await greet(this, hello)
    if (!greeted || this.phase === 'closed') return
    if (isTurnedAway(this, greeted.identity.user, hello.device)) return
    this.#identity = greeted.identity
    this.#device = hello.device
    this.#schemaVersion = hello.schema
    this.#phase = 'open'
    this.engine.sessions.add(greeted.identity.user.id, this)
    this.#watch.begin(greeted.identity)
    if (hello.pending) this.#beat((heartbeat) => heartbeat.note(hello.pending))
    this.send(greeted.welcome)
    this.#handleQueue(greeted.outcome)
  }

  /** The ack of what came before stands behind the joins that came with `hello`, and before the first push's own. */
  #handleQueue(outcome: PushOutcome): void {
    const queue = this.#queue
    this.#queue = NOTHING
    const found = queue.findIndex(({ frame }) => frame.ok && frame.message.type === 'push')
    const firstPush = found === -1 ? queue.length : found
    for (const queued of queue.slice(0, firstPush)) this.#handle(queued)
    this.#push((pushes) => pushes.acknowledge(outcome))
    for (const queued of queue.slice(firstPush)) this.#handle(queued)
  }

  #enqueue(frame: ParsedFrame, bytes: number, receivedAtMs: number): void {
    this.#queuedBytes += bytes
    if (this.#queuedBytes > this.engine.limits.helloQueueBytes) return this.refuse('too_large')
    this.#queue = [...this.#queue, { frame, receivedAtMs, bytes }]
  }

  #handle({ frame, receivedAtMs, bytes }: Queued): void {
    if (this.phase !== 'open') return
    if (!frame.ok) {
      this.engine.metrics.count('syncline_invalid_messages_total')
      return this.send(invalidFrame(frame.error))
    }
    const handle = Session.#handlers[frame.message.type] as (
      session: Session,
      message: ParsedMessage,
      receivedAtMs: number,
      bytes: number,
    ) => void
    handle(this, frame.message, receivedAtMs, bytes)
  }

  static readonly #handlers: Handlers = {
    hello: (session) =>
      session.send(
        errorFrame('invalid_message', {
          message: 'This connection has had its `hello`. Open another connection for another device.',
        }),
      ),
    join: (session, message, receivedAtMs) => session.#joins.join(message, receivedAtMs),
    leave: (session, message) => session.#joins.leave(message),
    push: (session, message, receivedAtMs, bytes) =>
      session.#push((pushes) => pushes.push(message, receivedAtMs, bytes)),
    resolve: (session, message, receivedAtMs) =>
      session.#push((pushes) => pushes.resolve(message, receivedAtMs)),
    presence: (session, { channel }) =>
      session.send(
        errorFrame('disabled', {
          channel,
          message: 'Presence is turned off on this server. Nothing was shared; do not send it again.',
        }),
      ),
    token: (session, message) => void session.#watch.renew(message),
    ping: (session, message) => session.#beat((heartbeat) => heartbeat.ping(message)),
  }

  /** Has the ops of this session looked after, by what is kept while there is something to keep. */
  #push(work: (pushes: Pushes) => void): void {
    this.#pushes ??= new Pushes(this, this.#joins, () => (this.#pushes = undefined))
    work(this.#pushes)
  }

  #beat(work: (heartbeat: Heartbeat) => void): void {
    this.#heartbeat ??= new Heartbeat(this, this.#joins, () => (this.#heartbeat = undefined))
    work(this.#heartbeat)
  }

  #limit(waitMs: number): void {
    this.engine.metrics.count('syncline_limit_hits_total', 1, { code: 'rate_limited' })
    this.send(errorFrame('rate_limited', { retryAfterMs: waitMs }))
  }

  /** Hands a frame to the wire; nothing after the end. */
  send(frame: Frame): void {
    if (this.#phase !== 'closed') this.outlet.send(frame)
  }

  sendMessage(message: object): void {
    this.send(frameOf(message))
  }

  /** What proved who it is. */
  get proof(): ProofWatch {
    return this.#watch
  }

  /** Who it is has been proven anew; rights that hang on it are checked again. */
  renewIdentity(identity: Identity): void {
    this.#identity = identity
    this.#joins.renewUser(identity.user)
  }

  /** Refuses the connection: an `error` that says why, then the end. */
  refuse(code: ErrorCode, details: { readonly message?: string; readonly retryAfterMs?: number } = {}): void {
    if (this.#phase === 'closed') return
    this.send(errorFrame(code, details))
    this.close(closeCodeOf(code))
  }

  /** Ends with a `bye`. */
  dismiss(code: ErrorCode, reconnect: boolean, afterMs?: number): void {
    if (this.#phase === 'closed') return
    this.send(byeFrame(code, reconnect, afterMs))
    this.close(closeCodeOf(code))
  }

  close(closeCode: number): void {
    if (this.#phase === 'closed') return
    this.end()
    this.outlet.close(closeCode)
  }

  /** The connection is gone: everything that belongs to the session ends. */
  end(): void {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    this.#queue = NOTHING
    if (this.#identity) this.engine.sessions.remove(this.#identity.user.id, this)
    this.#watch.end()
    this.#joins.end()
  }

  /** Takes no more messages: the server is about to stop. */
  pause(): void {
    if (this.#phase === 'open') this.#phase = 'leaving'
  }

  /** Resolves when every push that was accepted has been answered; never rejects. */
  finished(): Promise<void> {
    return this.#pushes?.finished() ?? Promise.resolve()
  }
}

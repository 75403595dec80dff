/**
 * What a session does: its messages after `hello`, in order, and what they have set going.
 *
 * Made when a message comes, and given up when all of it is done: a server holds many sessions, and most are idle most
 * of the time (`bench`: G5).
 */
import type { PushOutcome } from '../../postgres/apply/writer.ts'
import type { Pending } from '../../protocol/messages/pending.ts'
import type { Token } from '../../protocol/messages/token.ts'
import type { ParsedFrame, ParsedMessage } from '../../protocol/parse-device-message.ts'
import { bucketWaitMs, drawnBucket, FULL_BUCKET } from '../token-bucket.ts'
import { errorFrame, invalidFrame } from './answers.ts'
import { Heartbeat } from './heartbeat.ts'
import { Joins } from './joins.ts'
import { Pushes } from './pushes.ts'
import { renewIdentity } from './renew-identity.ts'
import type { Session } from './session.ts'

/** When a renewal under way has surely ended, in ms. */
const RENEW_AGAIN_MS = 1_000

interface Received {
  readonly frame: ParsedFrame
  readonly receivedAtMs: number
  readonly bytes: number
}

type Handlers = {
  readonly [Type in ParsedMessage['type']]: (
    work: Work,
    message: Extract<ParsedMessage, { type: Type }>,
    received: Received,
  ) => void
}

export class Work {
  readonly #session: Session
  readonly joins: Joins
  readonly #pushes: Pushes
  readonly #heartbeat: Heartbeat
  #messages = FULL_BUCKET
  /** What came while it was being found out who it is. */
  #queue: Received[] = []
  #queuedBytes = 0
  #isRenewing = false

  constructor(session: Session) {
    this.#session = session
    this.joins = new Joins(session)
    this.#pushes = new Pushes(session, this.joins)
    this.#heartbeat = new Heartbeat(session, this.joins)
  }

  /** Age of the oldest op that the device says it has not sent, in ms; 0 when it has none. */
  get oldestUnsentMs(): number {
    return this.#heartbeat.oldestUnsentMs
  }

  /** Whether nothing is under way, and nothing need be remembered. */
  isDone(nowMs: number): boolean {
    const isQuiet = this.#messages <= nowMs && this.#queue.length === 0 && !this.#isRenewing
    return isQuiet && this.joins.isDone(nowMs) && this.#pushes.isDone(nowMs) && this.#heartbeat.isDone
  }

  /** Takes one message; `read` is not called for one message too many. */
  receive(read: () => ParsedFrame, bytes: number, receivedAtMs: number): void {
    const rate = this.#session.engine.limits.messages
    const waitMs = bucketWaitMs(rate, this.#messages, receivedAtMs)
    if (waitMs > 0) return this.#limit(waitMs)
    this.#messages = drawnBucket(rate, this.#messages, receivedAtMs)
    const received = { frame: read(), receivedAtMs, bytes }
    if (this.#session.phase === 'greeting') this.#enqueue(received)
    else this.#handle(received)
  }

  #limit(waitMs: number): void {
    this.#session.engine.metrics.count('syncline_limit_hits_total', 1, { code: 'rate_limited' })
    this.#session.send(errorFrame('rate_limited', { retryAfterMs: waitMs }))
  }

  #enqueue(received: Received): void {
    this.#queuedBytes += received.bytes
    if (this.#queuedBytes > this.#session.engine.limits.helloQueueBytes)
      return this.#session.refuse('too_large')
    this.#queue.push(received)
  }

  /** Remembers what the device says waits in its outbox. */
  note(pending: Pending | undefined): void {
    this.#heartbeat.note(pending)
  }

  /**
   * The session is open: handles what has come meanwhile. The joins that came with `hello` are begun first; the ack of
   * what came before stands before the first push's own.
   */
  begin(outcome: PushOutcome): void {
    const queue = this.#queue
    this.#queue = []
    this.#queuedBytes = 0
    const found = queue.findIndex(({ frame }) => frame.ok && frame.message.type === 'push')
    const firstPush = found === -1 ? queue.length : found
    for (const received of queue.slice(0, firstPush)) this.#handle(received)
    this.#pushes.acknowledge(outcome)
    for (const received of queue.slice(firstPush)) this.#handle(received)
  }

  #handle(received: Received): void {
    const session = this.#session
    if (session.phase !== 'open') return
    const { frame } = received
    if (!frame.ok) {
      session.engine.metrics.count('syncline_invalid_messages_total')
      return session.send(invalidFrame(frame.error))
    }
    const handle = Work.#handlers[frame.message.type] as (
      work: Work,
      message: ParsedMessage,
      received: Received,
    ) => void
    handle(this, frame.message, received)
  }

  static readonly #handlers: Handlers = {
    hello: (work) =>
      work.#session.send(
        errorFrame('invalid_message', {
          message: 'This connection has had its `hello`. Open another connection for another device.',
        }),
      ),
    join: (work, message, { receivedAtMs }) => work.joins.join(message, receivedAtMs),
    leave: (work, message) => work.joins.leave(message),
    push: (work, message, { receivedAtMs, bytes }) => work.#pushes.push(message, receivedAtMs, bytes),
    resolve: (work, message, { receivedAtMs }) => work.#pushes.resolve(message, receivedAtMs),
    presence: (work, { channel }) =>
      work.#session.send(
        errorFrame('disabled', {
          channel,
          message: 'Presence is turned off on this server. Nothing was shared; do not send it again.',
        }),
      ),
    token: (work, message) => void work.#renew(message),
    ping: (work, message) => work.#heartbeat.ping(message),
  }

  /** One at a time: each may ask the database, and the last one that was sent must be the one that counts. */
  async #renew(message: Token): Promise<void> {
    if (this.#isRenewing)
      return this.#session.send(errorFrame('rate_limited', { retryAfterMs: RENEW_AGAIN_MS }))
    this.#isRenewing = true
    await renewIdentity(this.#session, message)
    this.#isRenewing = false
  }

  /** Whether the answer to op `n`, which is still to be sent, takes the conflict along. */
  willTell(n: number | null, conflict: string): boolean {
    return this.#pushes.willTell(n, conflict)
  }

  /** Resolves when every push that was accepted has been answered; never rejects. */
  finished(): Promise<void> {
    return this.#pushes.finished()
  }

  end(): void {
    this.#queue = []
    this.joins.end()
  }
}

/**
 * The ops of one session, and what became of them.
 *
 *   W1 durable   an `ack` is sent for what is committed
 *   W3           a fault inside an op is a rejection; a fault of the envelope is an `error` and changes nothing
 *   A3 silent    a rejection for what is not there and for what is forbidden leave at the same time
 *   The ack stands behind the frames: everything its ops caused was sent on this connection before it. A channel that
 *   cannot be read ends with an error, and conflicts that cannot be are told later, so that neither delays an ack (W4).
 */
import type { AcceptedOp, Conflict, PushOutcome } from '../../postgres/apply/writer.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import type { Ack } from '../../protocol/messages/ack.ts'
import type { Resolve } from '../../protocol/messages/resolve.ts'
import type { ParsedPush } from '../../protocol/parse-device-message.ts'
import { acceptOps, isNegative } from '../accept.ts'
import { untilNegativeAnswer } from '../negative-answer.ts'
import type { Frame } from '../frames/frame.ts'
import { bucketWaitMs, drawnBucket, FULL_BUCKET } from '../token-bucket.ts'
import { closeCodeOf, errorFrame } from './answers.ts'
import type { Joins } from './joins.ts'
import type { Session } from './session.ts'

/** Pushes of one connection that may wait for the database; more are refused, and nothing of them is kept. */
const MOST_IN_FLIGHT = 64
/** As many large ones, in messages of the largest size. */
const MOST_LARGE_IN_FLIGHT = 8

/** A push that is not answered yet. */
interface OpenPush {
  readonly first: number
  readonly last: number
  /** Conflicts that nobody told this session of, because its answer will; null while there are none. */
  conflicts: Set<string> | null
}

/** A push that the writer has in hand. */
interface PushInHand {
  readonly ops: readonly AcceptedOp[]
  readonly open: OpenPush
  readonly receivedAtMs: number
  /** Size of its message. */
  readonly bytes: number
}

/** An `ack` as it is made. */
type Told = Omit<Ack, 'rejected' | 'conflicts'> &
  Pick<PushOutcome, 'rejected'> & { conflicts: readonly Conflict[] }

const NO_CONFLICTS: readonly Conflict[] = []

const ignore = () => {}

export class Pushes {
  readonly #session: Session
  readonly #joins: Joins
  #bucket = FULL_BUCKET
  /** Answers leave in the order in which the pushes came. */
  #answers: Promise<void> = Promise.resolve()
  readonly #open = new Set<OpenPush>()
  #unanswered = 0
  #inFlight = 0
  #bytesInFlight = 0

  constructor(session: Session, joins: Joins) {
    this.#session = session
    this.#joins = joins
  }

  /** Whether nothing is under way, and nothing need be remembered. */
  isDone(nowMs: number): boolean {
    return this.#unanswered === 0 && this.#bucket <= nowMs
  }

  /** `bytes` is the size of the message. */
  push(message: ParsedPush, receivedAtMs: number, bytes: number): void {
    const refusal = this.#refusal(message, receivedAtMs, bytes)
    if (refusal) return this.#session.send(refusal)
    const { engine, device, user } = this.#session
    engine.metrics.count('syncline_ops_total', message.ops.length)
    const { after, read } = message
    const ops: readonly AcceptedOp[] = acceptOps(engine.schema, engine.ids, message.ops)
    this.#begin(bytes)
    const outcome = engine.writer.push({ device, user, ops, after, read })
    // Handled where it is awaited, which may be after it has failed.
    outcome.catch(ignore)
    const open: OpenPush = { first: ops[0]?.n ?? 0, last: ops.at(-1)?.n ?? 0, conflicts: null }
    this.#open.add(open)
    this.#answer(() => this.#conclude(outcome, { ops, open, receivedAtMs, bytes }))
  }

  /** Whether the answer to op `n`, which is still to be sent, takes the conflict along. */
  willTell(n: number | null, conflict: string): boolean {
    if (n === null) return false
    for (const open of this.#open) {
      if (n < open.first || n > open.last) continue
      open.conflicts ??= new Set()
      open.conflicts.add(conflict)
      return true
    }
    return false
  }

  /** It was answered otherwise than by an `ack`: what that was to take along is told by itself. */
  #close(open: OpenPush): void {
    this.#open.delete(open)
    if (open.conflicts) this.#session.engine.conflicts.tell(this.#session, [...open.conflicts])
  }

  #begin(bytes: number): void {
    this.#inFlight++
    this.#bytesInFlight += bytes
  }

  #end(bytes: number): void {
    this.#inFlight--
    this.#bytesInFlight -= bytes
  }

  #refusal({ ops }: ParsedPush, receivedAtMs: number, bytes: number): Frame | null {
    const { limits } = this.#session.engine
    const n = ops[0]?.n
    const limit = this.#limit(receivedAtMs, bytes, n)
    if (limit) return limit
    if (ops.length <= limits.opsPerPush) return null
    const message = `The push holds ${ops.length} ops. At most ${limits.opsPerPush} are taken at once; send it in parts.`
    return errorFrame('too_large', { n, message })
  }

  #limit(receivedAtMs: number, bytes: number, n?: number): Frame | null {
    const waitMs = this.#waitMs(receivedAtMs, bytes)
    if (waitMs === 0) return null
    this.#session.engine.metrics.count('syncline_limit_hits_total', 1, { code: 'rate_limited' })
    return errorFrame('rate_limited', { n, retryAfterMs: waitMs })
  }

  #waitMs(receivedAtMs: number, bytes: number): number {
    if (this.#inFlight >= MOST_IN_FLIGHT) return 1_000
    const mostBytes = MOST_LARGE_IN_FLIGHT * this.#session.engine.limits.messageBytes
    if (this.#bytesInFlight + bytes > mostBytes) return 1_000
    const { engine, user, address } = this.#session
    const rate = engine.limits.pushes
    const waitMs = bucketWaitMs(rate, this.#bucket, receivedAtMs)
    if (waitMs > 0) return waitMs
    this.#bucket = drawnBucket(rate, this.#bucket, receivedAtMs)
    return engine.takeFor('pushes', user, address)
  }

  #answer(work: () => Promise<void>): void {
    this.#unanswered++
    this.#answers = this.#answerBehind(this.#answers, work)
  }

  async #answerBehind(others: Promise<void>, work: () => Promise<void>): Promise<void> {
    try {
      await others
      await work()
    } catch (error) {
      this.#session.engine.log.warn({ error: String(error) }, 'A push could not be answered.')
      this.#session.send(errorFrame('unavailable', { retryAfterMs: 1_000 }))
    } finally {
      this.#unanswered--
    }
  }

  async #conclude(pushed: Promise<PushOutcome>, push: PushInHand): Promise<void> {
    const { open, bytes } = push
    try {
      let outcome: PushOutcome
      try {
        outcome = await pushed
      } finally {
        this.#end(bytes)
      }
      await this.#tell(outcome, push)
    } finally {
      this.#close(open)
    }
  }

  async #tell(outcome: PushOutcome, { ops, open, receivedAtMs }: PushInHand): Promise<void> {
    const { metrics } = this.#session.engine
    if (isNegative(outcome, ops)) await untilNegativeAnswer(receivedAtMs)
    if (outcome.refused) return this.#refuse(outcome.refused, ops)
    if (outcome.gap !== undefined) {
      metrics.count('syncline_pushes_total', 1, { outcome: 'gap' })
      return this.#session.sendMessage({ type: 'gap', expected: outcome.gap })
    }
    metrics.count('syncline_pushes_total', 1, { outcome: 'applied' })
    for (const { code, n } of outcome.rejected) {
      if (ops.some((op) => op.n === n)) metrics.count('syncline_rejections_total', 1, { code })
    }
    return this.#acknowledge(outcome, open)
  }

  #refuse(refused: NonNullable<PushOutcome['refused']>, ops: readonly AcceptedOp[]): void {
    const { code, message, retryAfterMs } = refused
    this.#session.engine.metrics.count('syncline_pushes_total', 1, { outcome: code })
    this.#session.send(errorFrame(code, { message, n: ops[0]?.n, retryAfterMs }))
    if (code === 'device_taken' || code === 'device_copied')
      this.#session.close(closeCodeOf(code as ErrorCode))
  }

  /** Says what became of a device's ops, when all that they caused has been sent. */
  acknowledge(outcome: PushOutcome): void {
    this.#answer(() => this.#acknowledge(outcome))
  }

  async #acknowledge(outcome: PushOutcome, open?: OpenPush): Promise<void> {
    const behind = this.#session.engine.tail.reached(outcome.xids)
    if (behind) await behind
    const unsettled = this.#joins.settled()
    if (unsettled) await unsettled
    // Mostly there are none, and nothing is asked.
    const hasConflicts = outcome.conflicts.length > 0 || (open?.conflicts?.size ?? 0) > 0
    const conflicts = hasConflicts ? await this.#readable(outcome, open) : NO_CONFLICTS
    const { lastOp, lastKey, rejected } = outcome
    this.#session.sendMessage({ type: 'ack', lastOp, lastKey, rejected, conflicts } satisfies Told)
  }

  /** What the user may read of the conflicts of a push. What cannot be read for now is told when it can be. */
  async #readable(outcome: PushOutcome, open: OpenPush | undefined): Promise<readonly Conflict[]> {
    const named = outcome.conflicts.map(({ id }) => id)
    // The writer lost sight of those that it does not name: they were committed, and then its connection broke.
    const others = [...(open?.conflicts ?? [])].filter((id) => !named.includes(id))
    const { engine, user } = this.#session
    const readable = await engine.conflicts.readable(user, outcome.conflicts, others)
    if (open) open.conflicts = null
    if (!readable) engine.conflicts.tell(this.#session, [...named, ...others])
    return readable ?? NO_CONFLICTS
  }

  /** Closes an entry of the user's conflict list. */
  resolve({ conflict }: Resolve, receivedAtMs: number): void {
    const limit = this.#limit(receivedAtMs, 0)
    if (limit) return this.#session.send(limit)
    const { engine, user } = this.#session
    this.#begin(0)
    const resolved = engine.writer.seen(conflict, user).finally(() => this.#end(0))
    resolved.catch(() => {})
    this.#answer(async () => {
      if (await resolved) return
      await untilNegativeAnswer(receivedAtMs)
      this.#session.send(errorFrame('not_found'))
    })
  }

  finished(): Promise<void> {
    return this.#answers
  }
}

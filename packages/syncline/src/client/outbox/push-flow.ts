/** Which ops were sent on this connection, and which go next: some pushes under way, no transaction parted. */
import { MAX_MESSAGE_BYTES } from '../../protocol/limits.ts'
import { type Batch, nextBatch, type PushLimits } from './batch.ts'
import type { Outbox, QueuedOp } from './outbox.ts'

export interface PushBody {
  readonly ops: readonly QueuedOp[]
  /** Key of the op before the first. */
  readonly after?: string
  /** Rejections up to this number are kept here. */
  readonly read?: number
}

/** Where pushes go while a connection lasts. */
export type SendPush = (push: PushBody) => void

// Four pushes under way keep the server's group commit busy; more only queue there.
const MOST_UNDER_WAY = 4
// What every server takes in one push unless it says otherwise.
const MOST_OPS = 1_000
// Of a push: larger ones keep the server from others.
const MOST_CHARACTERS = 300_000
// 1 KiB: what a push holds besides its ops.
const ENVELOPE_BYTES = 1_024

export class PushFlow {
  /** Ops up to this number were sent, or the server has them. */
  sentThrough = 0
  /** Ops up to this number are stored, so a reload cannot draw their numbers again. */
  storedThrough = 0
  /** Rejections up to this number are stored here, so the server may forget them. */
  storedRead = 0
  readonly #outbox: () => Outbox | undefined
  #send: SendPush | undefined
  #sentRead = 0
  #underWay: number[] = []
  #limits: PushLimits = { ops: MOST_OPS, characters: MOST_CHARACTERS, bytes: MAX_MESSAGE_BYTES }
  #last: Batch | undefined
  readonly #onUnfit: (ops: readonly QueuedOp[], message: string) => void

  /** `onUnfit` hears of ops that the server would not take, and why: the outbox is to know it. */
  constructor(
    outbox: () => Outbox | undefined,
    onUnfit: (ops: readonly QueuedOp[], message: string) => void,
  ) {
    this.#outbox = outbox
    this.#onUnfit = onUnfit
  }

  /** What the server takes in one push. */
  limit(ops: unknown, messageBytes: unknown): void {
    const bytes = (Number(messageBytes) || MAX_MESSAGE_BYTES) - ENVELOPE_BYTES
    this.#limits = { ops: Number(ops) || MOST_OPS, characters: Math.min(MOST_CHARACTERS, bytes / 3), bytes }
  }

  /** The server has refused the last push as too large: it takes less than it said, or has said nothing. */
  onTooLarge(message: string): void {
    if (!this.#last) return
    const { count, ops, characters } = this.#last
    if (count > 1) this.#limits = { ...this.#limits, characters: characters / 2 }
    else this.#onUnfit(ops, message)
  }

  /** The device has another name, and numbers its ops anew. */
  reset(): void {
    this.sentThrough = 0
    this.storedThrough = 0
    this.storedRead = 0
  }

  /** Sends what is queued, and from now on what is written. */
  begin(send: SendPush): void {
    this.#send = send
    this.#underWay = []
    this.#sentRead = 0
    this.pump()
  }

  end(): void {
    this.#send = undefined
    this.#underWay = []
  }

  /** The server expects this op next. */
  restartAt(expected: number): void {
    this.sentThrough = expected - 1
    this.#underWay = []
    this.pump()
  }

  onAck(lastOp: number): void {
    this.#underWay = this.#underWay.filter((n) => n > lastOp)
    this.sentThrough = Math.max(this.sentThrough, lastOp)
    this.pump()
  }

  pump(): void {
    while (this.#send && this.#underWay.length < MOST_UNDER_WAY) {
      const push = this.next()
      if (!push) return
      if (push.ops.length > 0) this.#underWay.push(this.sentThrough)
      this.#send(push)
    }
  }

  /** Takes the next push; nothing when all is sent. */
  next(): PushBody | undefined {
    const outbox = this.#outbox()
    if (!outbox) return undefined
    const { sentThrough, storedThrough } = this
    const batch = nextBatch(outbox, sentThrough, storedThrough, this.#limits)
    this.#last = batch
    const unfit = batch?.ops.filter((op) => !op.fields && op.action === 'update' && !(op.n in outbox.unfit))
    if (unfit?.length) {
      const { ops, bytes } = this.#limits
      const message = `The write is more than the server takes. Write at most ${ops} ops and ${bytes} bytes at once.`
      this.#onUnfit(unfit, message)
    }
    const read = this.storedRead > this.#sentRead ? this.storedRead : undefined
    if (!batch && read === undefined) return undefined
    this.#sentRead = this.storedRead
    this.sentThrough = batch?.ops.at(-1)?.n ?? this.sentThrough
    return { ops: batch?.ops ?? [], after: batch?.after, read }
  }
}

/** Which ops were sent on this connection, and which go next: some pushes under way, no transaction parted. */
import { nextBatch, type Outbox, type PushLimits, type QueuedOp } from './outbox.ts'

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
  #limits: PushLimits = { ops: 1_000, characters: 300_000 }

  constructor(outbox: () => Outbox | undefined) {
    this.#outbox = outbox
  }

  /** What the server takes in one push. */
  limit(limits: Partial<PushLimits>): void {
    this.#limits = { ...this.#limits, ...limits }
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
    const batch = nextBatch(outbox, this.sentThrough, this.storedThrough, this.#limits)
    const read = this.storedRead > this.#sentRead ? this.storedRead : undefined
    if (!batch && read === undefined) return undefined
    this.#sentRead = this.storedRead
    this.sentThrough = batch?.ops.at(-1)?.n ?? this.sentThrough
    return { ops: batch?.ops ?? [], after: batch?.after, read }
  }
}

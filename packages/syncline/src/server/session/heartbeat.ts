/**
 * Answers `ping` with a cursor that is valid for every joined channel, so that idle rooms do not age.
 *
 * The cursor is the tail's position at a moment when all joined channels stand there: none is held, none has loaded
 * beyond it. A channel that is still joining gets its own cursor when it is up.
 */
import type { Pending } from '../../protocol/messages/pending.ts'
import { withPosition } from '../../protocol/marker-cursor.ts'
import type { Ping } from '../../protocol/messages/ping.ts'
import type { Joins } from './joins.ts'
import type { Session } from './session.ts'
import type { Subscription } from './subscription.ts'

/** How often a common place is looked for before a pong leaves without a cursor. */
const ATTEMPTS = 40
const ATTEMPT_EVERY_MS = 50

export class Heartbeat {
  readonly #session: Session
  readonly #joins: Joins
  #isAnswering = false
  #waiting = 0
  #pending: { readonly oldestMs: number; readonly atMs: number } | null = null

  constructor(session: Session, joins: Joins) {
    this.#session = session
    this.#joins = joins
  }

  /** Whether there is nothing to remember: no ping to answer, nothing unsent. */
  get isDone(): boolean {
    return !this.#isAnswering && !this.#pending
  }

  get oldestUnsentMs(): number {
    return this.#pending ? this.#pending.oldestMs + performance.now() - this.#pending.atMs : 0
  }

  /** Remembers what the device says waits in its outbox. */
  note(pending: Pending | undefined): void {
    if (!pending) return
    this.#pending = pending.count === 0 ? null : { oldestMs: pending.oldestMs, atMs: performance.now() }
  }

  ping({ pending }: Ping): void {
    this.note(pending)
    this.#waiting++
    if (!this.#isAnswering) void this.#answer()
  }

  async #answer(): Promise<void> {
    this.#isAnswering = true
    for (let attempt = 0; attempt < ATTEMPTS && !this.#isReady(); attempt++) {
      this.#session.engine.tail.wake()
      await new Promise((resolve) => setTimeout(resolve, ATTEMPT_EVERY_MS))
    }
    const cursor = this.#isReady() ? this.#cursor() : undefined
    for (; this.#waiting > 0; this.#waiting--) this.#session.sendMessage({ type: 'pong', cursor })
    this.#isAnswering = false
  }

  #joined(): Subscription[] {
    return this.#session.subscriptions.filter(({ isUp }) => isUp)
  }

  #isReady(): boolean {
    const { tail } = this.#session.engine
    if (this.#joins.markers?.isSettled === false) return false
    return this.#joined().every((each) => each.place.isSettled() && each.isSettled(tail.position))
  }

  #cursor(): string | undefined {
    const { tail, seal, schema } = this.#session.engine
    const joined = this.#joined()
    const hasMarkers = (this.#joins.markers?.size ?? 0) > 0
    if (joined.length === 0 && !hasMarkers) return undefined
    const views = new Map(joined.flatMap(({ place }) => place.digests()))
    const sealed = seal.seal({ history: tail.history, snapshot: tail.position, schema: schema.hash, views })
    return hasMarkers ? withPosition(tail.readAtMicros, sealed) : sealed
  }
}

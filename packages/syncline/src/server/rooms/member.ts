/**
 * One subscription to one room, and where it stands.
 *
 *   joining   registered; what the room gets is held until the first load or the catch-up has been sent
 *   live      takes the room's frames as they are
 *   held      a guarding table changed: what the room gets waits for one re-check
 *   ended     left, gone, or its connection is over; nothing is sent any more
 *
 *   L2 once     a batch inside the first load is skipped, the one that straddles it is filtered
 *   A1, A2      nothing is sent whose guard the member has not passed
 */
import type { SnapshotText } from '../../postgres/log-row.ts'
import type { User } from '../../protocol/user.ts'
import { covers } from '../../postgres/log/cursor.ts'
import type { Frame } from '../frames/frame.ts'
import type { Outlet } from '../outlet.ts'
import type { Delivery } from './delivery.ts'

export type MemberState = 'joining' | 'live' | 'held' | 'ended'

/** Changes that may wait for one member before it loads the room again instead. */
const MOST_HELD_ROWS = 20_000

/** What is held while nothing is. */
const NOTHING: readonly Delivery[] = []

/** Where a member stands. */
interface Standing {
  readonly state: MemberState
  /** The snapshot that it was sent, as long as batches may come that lie within it. */
  readonly beyond: SnapshotText | null
  /** True once it was said to have joined. */
  readonly isUp: boolean
}

/** Most are live: one for all of them, and for those that have ended. */
const LIVE: Standing = { state: 'live', beyond: null, isUp: true }
const ENDED: Standing = { state: 'ended', beyond: null, isUp: false }

/** The last that was made: members of a room that are sent one load stand at one snapshot. */
let lastBeyond: Standing = LIVE

function liveBeyond(beyond: SnapshotText | null): Standing {
  if (beyond === null) return LIVE
  if (lastBeyond.beyond !== beyond) lastBeyond = { state: 'live', beyond, isUp: true }
  return lastBeyond
}

/** What there is to know of a member that is neither; it is its own. */
class Waiting implements Standing {
  state: 'joining' | 'held'
  beyond: SnapshotText | null
  isUp: boolean
  /** The number of guarding batches after which the right was last found to hold. */
  passed = 0
  guard = 0
  held: readonly Delivery[] = NOTHING
  heldRows = 0
  /** Too much came in while joining: what was held is gone, so the room is loaded again afterwards. */
  hasMissed = false
  settling: (() => void)[] = []

  constructor(state: 'joining' | 'held', { beyond, isUp }: Pick<Standing, 'beyond' | 'isUp'>) {
    this.state = state
    this.beyond = beyond
    this.isUp = isUp
  }

  drop(): void {
    this.held = NOTHING
    this.heldRows = 0
  }

  settle(): void {
    for (const resolve of this.settling) resolve()
  }
}

/** Its own fields are two, and its methods `private`: one `#` method would mark each member, at 8 bytes (`bench`: G5). */
export abstract class Member {
  #standing: Standing = new Waiting('joining', ENDED)
  /** In its room. */
  seat = 0

  abstract get user(): User
  abstract readonly outlet: Outlet
  /** The room must be loaded again for this member, which is `joining` from now on. */
  protected abstract onReload(reason: string): void
  /** The right to read is lost; the member has ended. */
  protected abstract onGone(): void
  /** Whether the right holds is not known; the member has ended. */
  protected abstract onFailed(error: unknown): void

  get state(): MemberState {
    return this.#standing.state
  }

  /** True once it was said to have joined, until it has ended. */
  get isUp(): boolean {
    return this.#standing.isUp
  }

  /** Notes that it was said to have joined. */
  rise(): void {
    const { waiting } = this
    if (waiting) waiting.isUp = true
  }

  private get waiting(): Waiting | null {
    return this.#standing instanceof Waiting ? this.#standing : null
  }

  /** What waits, from now on if nothing did. */
  private wait(state: 'joining' | 'held'): Waiting {
    const waiting = this.waiting ?? new Waiting(state, this.#standing)
    waiting.state = state
    this.#standing = waiting
    return waiting
  }

  /** Takes what the room got; sends it now or when it may. */
  deliver(delivery: Delivery): void {
    const standing = this.#standing
    // What nearly all do, for each of them (`bench`: G3).
    if (standing === LIVE && delivery.reload === null) this.send(delivery.frames())
    else if (standing.state === 'live') this.write(delivery)
    else if (standing instanceof Waiting) this.hold(delivery, standing)
  }

  /** A guarding table changed: nothing more is sent before a check at least this late. */
  guard(guard: number): void {
    const { state } = this
    if (state === 'ended') return
    this.wait(state === 'live' ? 'held' : state).guard = guard
  }

  /** The first load or catch-up was sent: the member stands at `snapshot`, its right was checked after `guard`. */
  stand(snapshot: SnapshotText, guard: number): void {
    if (this.#standing === ENDED) return
    const waiting = this.wait('held')
    waiting.beyond = snapshot
    if (waiting.hasMissed) return this.reload('too_many_changes')
    this.pass(guard)
  }

  /** The right was found to hold after the first `guard` guarding batches. */
  pass(guard: number): void {
    const { waiting } = this
    if (waiting?.state !== 'held') return
    waiting.passed = Math.max(waiting.passed, guard)
    this.release(waiting)
  }

  /** The right was found to be lost. Not one byte is sent after the notice. */
  lose(): void {
    if (this.#standing === ENDED) return
    this.end()
    this.onGone()
  }

  /** Whether the right holds cannot be found out: nothing is sent, and the device has to ask again. */
  fail(error: unknown): void {
    if (this.#standing === ENDED) return
    this.end()
    this.onFailed(error)
  }

  /** Ends the subscription without a word. */
  end(): void {
    this.settleAs(ENDED)
  }

  /** Whether everything the room got up to `position` has been sent. */
  isSettled(position: SnapshotText): boolean {
    const { beyond } = this.#standing
    if (beyond !== null && covers(position, beyond)) this.forgetBeyond()
    return this.#standing === ENDED || this.#standing === LIVE
  }

  /** Whether something is held. */
  get isHeld(): boolean {
    return this.waiting !== null
  }

  /** Resolves when nothing is held any more. */
  settled(): Promise<void> {
    const { waiting } = this
    return waiting ? new Promise((resolve) => waiting.settling.push(resolve)) : Promise.resolve()
  }

  private forgetBeyond(): void {
    const { waiting } = this
    if (waiting) waiting.beyond = null
    else this.#standing = LIVE
  }

  private hold(delivery: Delivery, waiting: Waiting): void {
    // A list of its own only while something waits in it.
    if (waiting.held === NOTHING) waiting.held = [delivery]
    else (waiting.held as Delivery[]).push(delivery)
    waiting.heldRows += delivery.rows.length
    if (waiting.heldRows <= MOST_HELD_ROWS) return
    if (waiting.state === 'held') return this.reload('too_many_changes')
    waiting.drop()
    waiting.hasMissed = true
  }

  private release(waiting: Waiting): void {
    const { held } = waiting
    let count = 0
    while (count < held.length && (held[count] as Delivery).guard <= waiting.passed) count++
    waiting.held = count === held.length ? NOTHING : held.slice(count)
    for (const delivery of held.slice(0, count)) {
      if (this.state !== 'held') return
      waiting.heldRows -= delivery.rows.length
      this.write(delivery)
    }
    if (waiting.passed >= waiting.guard && this.state === 'held') this.settleAs(liveBeyond(waiting.beyond))
  }

  private write(delivery: Delivery): void {
    if (delivery.reload !== null) return this.reload(delivery.reload)
    const { beyond } = this.#standing
    if (beyond !== null && !delivery.isRecheck) {
      if (covers(beyond, delivery.edges.to)) return
      this.forgetBeyond()
    }
    this.send(beyond === null ? delivery.frames() : delivery.framesBeyond(beyond))
  }

  private send(frames: readonly Frame[]): void {
    const { outlet } = this
    // By place: an iterator for each member of a large room is a quarter of what there is to collect (`bench`: G3).
    for (let index = 0; index < frames.length; index++) outlet.send(frames[index] as Frame)
  }

  private reload(reason: string): void {
    const waiting = this.wait('joining')
    waiting.drop()
    waiting.hasMissed = false
    this.onReload(reason)
  }

  /** Nothing is held any more. */
  private settleAs(standing: Standing): void {
    const { waiting } = this
    this.#standing = standing
    waiting?.settle()
  }
}

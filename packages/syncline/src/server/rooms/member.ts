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
import type { Outlet } from '../outlet.ts'
import type { Delivery } from './delivery.ts'

export type MemberState = 'joining' | 'live' | 'held' | 'ended'

/** What a member asks of its surroundings. */
export interface MemberEvents {
  /** The room must be loaded again for this member, which is `joining` from now on. */
  onReload(member: Member, reason: string): void
  /** The right to read is lost; the member has ended. */
  onGone(member: Member): void
}

/** Changes that may wait for one member before it loads the room again instead. */
const MOST_HELD_ROWS = 20_000

/** What is held while nothing is. */
const NOTHING: readonly Delivery[] = []

export class Member {
  user: User
  readonly outlet: Outlet
  readonly #events: MemberEvents
  #state: MemberState = 'joining'
  /** The number of guarding batches after which the right was last found to hold. */
  #passed = 0
  #guard = 0
  #beyond: SnapshotText | null = null
  #held: readonly Delivery[] = NOTHING
  #heldRows = 0
  /** Too much came in while joining: what was held is gone, so the room is loaded again afterwards. */
  #hasMissed = false
  #settling: (() => void)[] | null = null

  constructor(user: User, outlet: Outlet, events: MemberEvents) {
    this.user = user
    this.outlet = outlet
    this.#events = events
  }

  get state(): MemberState {
    return this.#state
  }

  /** Takes what the room got; sends it now or when it may. */
  deliver(delivery: Delivery): void {
    if (this.#state === 'live') return this.#write(delivery)
    if (this.#state !== 'ended') this.#hold(delivery)
  }

  /** A guarding table changed: nothing more is sent before a check at least this late. */
  guard(guard: number): void {
    this.#guard = guard
    if (this.#state === 'live') this.#state = 'held'
  }

  /** The first load or catch-up was sent: the member stands at `snapshot`, its right was checked after `guard`. */
  stand(snapshot: SnapshotText, guard: number): void {
    if (this.#state === 'ended') return
    this.#beyond = snapshot
    this.#state = 'held'
    if (this.#hasMissed) return this.#reload('too_many_changes')
    this.pass(guard)
  }

  /** The right was found to hold after the first `guard` guarding batches. */
  pass(guard: number): void {
    if (this.#state === 'joining' || this.#state === 'ended') return
    this.#passed = Math.max(this.#passed, guard)
    this.#release()
  }

  /** The right was found to be lost. Not one byte is sent after the notice. */
  lose(): void {
    if (this.#state === 'ended') return
    this.end()
    this.#events.onGone(this)
  }

  /** Ends the subscription without a word. */
  end(): void {
    this.#state = 'ended'
    this.#drop()
    this.#settle()
  }

  /** Whether everything the room got up to `position` has been sent. */
  isSettled(position: SnapshotText): boolean {
    if (this.#beyond !== null && covers(position, this.#beyond)) this.#beyond = null
    return this.#state === 'ended' || (this.#state === 'live' && this.#beyond === null)
  }

  /** Resolves when nothing is held any more. */
  settled(): Promise<void> {
    if (this.#state === 'live' || this.#state === 'ended') return Promise.resolve()
    return new Promise((resolve) => (this.#settling ??= []).push(resolve))
  }

  #hold(delivery: Delivery): void {
    // A list of its own only while something waits in it.
    if (this.#held === NOTHING) this.#held = [delivery]
    else (this.#held as Delivery[]).push(delivery)
    this.#heldRows += delivery.rows.length
    if (this.#heldRows <= MOST_HELD_ROWS) return
    if (this.#state === 'held') return this.#reload('too_many_changes')
    this.#drop()
    this.#hasMissed = true
  }

  #release(): void {
    const held = this.#held
    let count = 0
    while (count < held.length && (held[count] as Delivery).guard <= this.#passed) count++
    this.#held = count === held.length ? NOTHING : held.slice(count)
    for (const delivery of held.slice(0, count)) {
      if (this.#state !== 'held') return
      this.#heldRows -= delivery.rows.length
      this.#write(delivery)
    }
    if (this.#passed < this.#guard || this.#state !== 'held') return
    this.#state = 'live'
    this.#settle()
  }

  #write(delivery: Delivery): void {
    if (delivery.reload !== null) return this.#reload(delivery.reload)
    const beyond = this.#beyond
    if (beyond !== null && !delivery.isRecheck) {
      if (covers(beyond, delivery.edges.to)) return
      this.#beyond = null
    }
    const frames = beyond === null ? delivery.frames() : delivery.framesBeyond(beyond)
    for (const frame of frames) this.outlet.send(frame)
  }

  #reload(reason: string): void {
    this.#drop()
    this.#hasMissed = false
    this.#state = 'joining'
    this.#events.onReload(this, reason)
  }

  #drop(): void {
    this.#held = NOTHING
    this.#heldRows = 0
  }

  #settle(): void {
    const settling = this.#settling
    this.#settling = null
    for (const resolve of settling ?? []) resolve()
  }
}

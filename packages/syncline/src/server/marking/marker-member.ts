/**
 * One subscription to the markers of one channel, and where it stands.
 *
 *   joining   registered; what is marked waits until the right is checked and what was missed has been sent
 *   live      takes notices as they come
 *   held      a guarding table changed: notices wait for one re-check (A2)
 *   ended     left, gone, or its connection is over; nothing is sent any more
 */
import type { User } from '../../protocol/user.ts'
import type { MemberState } from '../rooms/member.ts'
import type { RoomMember } from '../rooms/room.ts'
import type { MarkerNotice } from './marker-notice.ts'

/** What a subscription asks of its surroundings. */
export interface MarkerMemberEvents {
  onMarkers(notice: MarkerNotice): void
  /** The right to read is lost; the subscription has ended. */
  onGone(): void
  /** Whether the right holds is not known; the subscription has ended. */
  onFailed(error: unknown): void
}

/** Notices that wait one by one; later ones become one. */
const MOST_HELD = 100

export class MarkerMember implements RoomMember<MarkerNotice> {
  user: User
  seat = 0
  readonly #events: MarkerMemberEvents
  #state: MemberState = 'joining'
  #guard = 0
  #passed = 0
  #held: MarkerNotice[] = []

  constructor(user: User, events: MarkerMemberEvents) {
    this.user = user
    this.#events = events
  }

  get state(): MemberState {
    return this.#state
  }

  deliver(notice: MarkerNotice): void {
    if (this.#state === 'live') this.#events.onMarkers(notice)
    else if (this.#state !== 'ended') this.#hold(notice)
  }

  /** Forgets what waits: what was missed is told from a later place. */
  forget(): void {
    this.#held = []
  }

  /** Stands in another room, which has counted `guard` guarding batches of its own: the next check there counts. */
  move(guard: number): void {
    this.#guard = guard
    this.#passed = -1
    this.forget()
    if (this.#state === 'live') this.#state = 'held'
  }

  guard(guard: number): void {
    this.#guard = guard
    if (this.#state === 'live') this.#state = 'held'
  }

  /** What was missed has been sent; the right was checked after the first `guard` guarding batches. */
  stand(guard: number): void {
    if (this.#state !== 'joining') return
    this.#state = 'held'
    this.pass(guard)
  }

  pass(guard: number): void {
    if (this.#state !== 'held') return
    this.#passed = Math.max(this.#passed, guard)
    while (this.#held[0] && this.#held[0].guard <= this.#passed) {
      this.#events.onMarkers(this.#held.shift() as MarkerNotice)
      // What it is sent to may end it.
      if (this.#state !== 'held') return
    }
    if (this.#passed >= this.#guard) this.#state = 'live'
  }

  lose(): void {
    if (this.#state === 'ended') return
    const farewell = this.#farewell()
    this.end()
    if (farewell) this.#events.onMarkers(farewell)
    this.#events.onGone()
  }

  /** Whether the right holds cannot be found out: nothing that waits is told. */
  fail(error: unknown): void {
    if (this.#state === 'ended') return
    this.end()
    this.#events.onFailed(error)
  }

  /** A deleted record takes the right to read it along. Who had it until that very batch hears `remove` before `gone`. */
  #farewell(): MarkerNotice | undefined {
    return this.#held.find(({ isFarewell, guard }) => isFarewell && guard - 1 <= this.#passed)
  }

  /** Ends the subscription without a word. */
  end(): void {
    this.#state = 'ended'
    this.#held = []
  }

  #hold(notice: MarkerNotice): void {
    const last = this.#held.at(-1)
    if (this.#held.length < MOST_HELD || !last) this.#held.push(notice)
    else this.#held[this.#held.length - 1] = last.and(notice)
  }
}

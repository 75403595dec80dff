/**
 * One channel with members: routes batches to them and asks again whether they may read it.
 *
 * Flow of a revocation (A2): a batch changes a guarding table → every member is held → one check for the whole
 * room, at most one per 50 ms → those who may read go on where they stood, the others get `gone` and nothing after.
 * Whose rule fails in the database is told so and asks again; nobody else waits for that (W4).
 */
import type { User } from '../../protocol/user.ts'
import type { Logger } from '../logger.ts'
import { Roster, type Seated } from '../roster.ts'
import type { Delivery } from './delivery.ts'
import type { MemberState } from './member.ts'

/** Who may read a channel; of those whose rule fails in the database it is not known, and why. */
export interface Readership {
  readonly readers: ReadonlySet<User>
  readonly failed: ReadonlyMap<User, unknown>
}

/** Finds out which of these users may read the channel now; rejects when nothing is known of anybody. */
export type CheckReaders = (users: readonly User[]) => Promise<Readership>

/** Shortest time between two checks of one room, in ms. */
const CHECK_EVERY_MS = 50
/** Time until a failed check is repeated, in ms: the database is away, and nothing is sent meanwhile. */
const RETRY_AFTER_MS = 250

/** A subscription as its room sees it; what rooms deliver to it is `D`. */
export interface RoomMember<D> extends Seated {
  readonly user: User
  readonly state: MemberState
  deliver(delivery: D): void
  /** Nothing more is sent before a check at least this late. */
  guard(guard: number): void
  /** The right was found to hold after the first `guard` guarding batches. */
  pass(guard: number): void
  /** The right was found to be lost. */
  lose(): void
  /** Whether the right holds cannot be found out. */
  fail(error: unknown): void
}

export class Room<D = Delivery> {
  readonly channel: string
  readonly members = new Roster<RoomMember<D>>()
  readonly #checkReaders: CheckReaders
  readonly #log: Logger
  /** How many batches changed a guarding table while the room had members. */
  #guard = 0
  #checked = 0
  #isChecking = false
  /** A check was asked for while one was under way, which may have read before what it is for. */
  #isDueAgain = false
  #lastCheckMs = -Infinity
  #timer: NodeJS.Timeout | undefined

  constructor(channel: string, checkReaders: CheckReaders, log: Logger) {
    this.channel = channel
    this.#checkReaders = checkReaders
    this.#log = log
  }

  get guard(): number {
    return this.#guard
  }

  /** Hands one batch to all members; each frame is encoded once. */
  deliver(delivery: D): void {
    this.members.forEach((member) => member.deliver(delivery))
  }

  /** A table that the channel's rule reads has changed: nobody gets anything further before a check. */
  holdForCheck(): void {
    this.#guard++
    this.members.forEach((member) => member.guard(this.#guard))
    this.checkSoon()
  }

  /** Checks all members again, at once unless the last check is less than 50 ms ago. */
  checkSoon(): void {
    if (this.#isChecking) this.#isDueAgain = true
    if (this.#isChecking || this.#timer) return
    const waitMs = Math.max(0, this.#lastCheckMs + CHECK_EVERY_MS - performance.now())
    if (waitMs === 0) void this.#check()
    else this.#checkIn(waitMs)
  }

  #checkIn(waitMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#check()
    }, waitMs)
  }

  async #check(): Promise<void> {
    const guard = this.#guard
    const asked = [...this.members]
      .filter(({ state }) => state === 'live' || state === 'held')
      .map((member) => ({ member, user: member.user }))
    this.#isChecking = true
    this.#isDueAgain = false
    this.#lastCheckMs = performance.now()
    try {
      const readership = await this.#checkReaders([...new Set(asked.map(({ user }) => user))])
      this.#checked = guard
      // Of a user who was renewed meanwhile nothing is known: the check that the renewal asked for follows.
      for (const { member, user } of asked)
        if (member.user === user) this.#conclude(member, readership, guard)
    } catch (error) {
      this.#log.warn(
        { error: String(error) },
        'A check of access failed; its members wait until it succeeds.',
      )
      if (this.members.size > 0) this.#checkIn(RETRY_AFTER_MS)
    }
    this.#isChecking = false
    if ((this.#isDueAgain || this.#checked < this.#guard) && this.members.size > 0) this.checkSoon()
  }

  #conclude(member: RoomMember<D>, { readers, failed }: Readership, guard: number): void {
    const { user } = member
    if (readers.has(user)) return member.pass(guard)
    this.members.delete(member)
    if (failed.has(user)) member.fail(failed.get(user))
    else member.lose()
  }

  /** Forgets timers; called when the last member has left. */
  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

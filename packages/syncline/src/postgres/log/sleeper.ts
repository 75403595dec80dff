/**
 * When a tail may rest, and for how long: the tail's half of the wake-up protocol (`wake.ts`).
 *
 * Awake, it asks for the lock and reads, in this order and in one round trip.
 *
 *   granted              the read that follows has seen all that was silent, and every writer from here on notifies:
 *                        it may sleep, and tells other programs that listen what was silent until now
 *   held by a tail       the same is true as long as that one sleeps, which tells when it no longer does
 *   shared by a writer   one that will not notify is still open: read again in 5 ms
 *
 * It keeps the lock while wake-ups come singly, and gives it up when they come fast: when each read finds another one
 * waiting, or one notification has followed the other within milliseconds for a while. Then writers shall not pay for
 * notifications, nor for a read after each commit: it gathers what they write and reads every 5 ms, until several reads
 * in a row find nothing.
 */
import type { Row, Statement } from '../database.ts'
import { TAILS_LOCK, WAKE_CHANNEL, WAKE_LOCK } from './wake.ts'

/**
 * `notified`: writers wake the tail. `polled`: nothing can (a transaction pooler, or prepared transactions, which must
 * not notify). `embedded`: the only session of its database (PGlite), where no lock is ever refused.
 */
export type RestMode = 'notified' | 'polled' | 'embedded'

export interface RestTimes {
  /** Bounds the delay after a lost notification. */
  readonly pollMs: number
  /** Between two reads when nothing notifies. */
  readonly pollWithoutNotifyMs: number
}

/** Time after which the tail reads again while writers are silent: one that is open, or all while it gathers. */
const READ_AGAIN_MS = 5
/** Reads in a row that found another wake-up waiting, before the lock is given up. */
const BUSY_READS = 3
/** Notifications in a row, each within `RAPID_MS` of the one before, before the lock is given up. */
const RAPID_WAKES = 10
const RAPID_MS = 3
/** Reads in a row that find nothing, before it gathers no more: a commit may wait for a busy disk. */
const EMPTY_READS = 4

/** What a read follows on: a pause that ran out, a wake-up of this process, or a notification of a writer. */
export type WokenBy = 'pause' | 'self' | 'writer'

/** Entries of `pg_locks` for one of our advisory locks in this database. */
const locksOf = (key: string) => `pg_locks
    where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
      and classid::bigint = ${key} >> 32 and objid::bigint = ${key} & 4294967295 and objsubid = 1`

const LOCK: Statement = {
  name: 'syncline lock',
  text: `select lock.granted,
      not lock.granted and exists (select from ${locksOf(WAKE_LOCK)} and mode = 'ExclusiveLock' and granted) as by_tail,
      case when lock.granted then pg_notify('${WAKE_CHANNEL}', '') end
    from (select pg_try_advisory_lock(${WAKE_LOCK}) as granted offset 0) lock`,
}
const UNLOCK: Statement = { name: 'syncline unlock', text: `select pg_advisory_unlock(${WAKE_LOCK})` }
/** Others may sleep because this tail held the lock for them. */
const UNLOCK_AND_TELL: Statement = {
  name: 'syncline unlock and tell',
  text: `select pg_advisory_unlock(${WAKE_LOCK}), pg_notify('${WAKE_CHANNEL}', '')`,
}
const COUNT_TAILS: Statement = {
  name: 'syncline tails',
  text: `select count(*)::int as tails from ${locksOf(TAILS_LOCK)}`,
}

type Step = 'read' | 'lock' | 'unlock'

export class Sleeper {
  readonly mode: RestMode
  hasPeers: boolean
  #isHolding = false
  #isLockDue = true
  #isGathering = false
  #emptyReads = 0
  #busyReads = 0
  #rapidWakes = 0
  #notifiedMs = Number.NEGATIVE_INFINITY
  #step: Step = 'read'
  #isLooking = false
  #lookedMs = Number.NEGATIVE_INFINITY
  readonly #times: RestTimes

  constructor(mode: RestMode, times: RestTimes) {
    this.mode = mode
    this.#times = times
    // Until it has looked around, a tail is not alone; where it cannot look, never.
    this.hasPeers = mode !== 'embedded'
  }

  /** Reads whatever writers say, so that a notification need not cut its pause short. */
  get isGathering(): boolean {
    return this.#isGathering
  }

  /** Statements that go before the next read, in the same round trip. */
  before(wokenBy: WokenBy, nowMs: number): readonly Statement[] {
    if (this.mode !== 'notified') return []
    if (wokenBy === 'writer') this.#noteNotified(nowMs)
    this.#step = this.#nextStep(wokenBy !== 'pause')
    this.#isLooking = nowMs - this.#lookedMs >= this.#times.pollMs
    if (this.#isLooking) this.#lookedMs = nowMs
    const statements: Statement[] = this.#isLooking ? [COUNT_TAILS] : []
    if (this.#step === 'lock') statements.push(LOCK)
    if (this.#step === 'unlock') statements.push(this.hasPeers ? UNLOCK_AND_TELL : UNLOCK)
    return statements
  }

  #noteNotified(nowMs: number): void {
    this.#rapidWakes = nowMs - this.#notifiedMs < RAPID_MS ? this.#rapidWakes + 1 : 0
    this.#notifiedMs = nowMs
  }

  /**
   * How long to rest after the read, in ms, unless woken; `answers` begin with those of `before`, `hasFound` says
   * whether there was anything to read.
   */
  after(answers: readonly Row[][], isWokenAgain: boolean, hasFound: boolean): number {
    if (this.mode === 'polled') return this.#times.pollWithoutNotifyMs
    if (this.mode === 'embedded') return this.#times.pollMs
    this.#busyReads = isWokenAgain ? this.#busyReads + 1 : 0
    if (this.#isLooking) this.hasPeers = Number(answers[0]?.[0]?.tails) > 1
    const lock = this.#step === 'lock' ? answers[this.#isLooking ? 1 : 0]?.[0] : undefined
    if (lock) this.#isHolding = lock.granted === true
    // What came while another tail held it says nothing of what this one costs writers.
    if (lock?.granted === true) this.#rapidWakes = 0
    if (this.#step === 'unlock') this.#beginGathering()
    else if (this.#isGathering) this.#goOnGathering(hasFound)
    this.#isLockDue = !this.#isHolding
    if (this.#isHolding || lock?.by_tail === true) return this.#times.pollMs
    return lock || this.#isGathering ? READ_AGAIN_MS : 0
  }

  #beginGathering(): void {
    this.#isHolding = false
    this.#isGathering = true
    this.#rapidWakes = 0
    this.#busyReads = 0
    this.#emptyReads = 0
  }

  #goOnGathering(hasFound: boolean): void {
    this.#emptyReads = hasFound ? 0 : this.#emptyReads + 1
    this.#isGathering = this.#emptyReads < EMPTY_READS
  }

  #nextStep(wasWoken: boolean): Step {
    const isFast = this.#busyReads >= BUSY_READS || this.#rapidWakes >= RAPID_WAKES
    if (this.#isHolding) return isFast ? 'unlock' : 'read'
    if (this.#isGathering) return 'read'
    return this.#isLockDue && !wasWoken ? 'lock' : 'read'
  }
}

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
 * It keeps the lock while wake-ups come singly, and gives it up when they come so fast that each read finds another one
 * waiting: then writers shall not pay for notifications.
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

/** Time after which the tail reads again while a silent writer is open. */
const REFUSED_MS = 5
/** Reads in a row that found another wake-up waiting, before the lock is given up. */
const BUSY_READS = 3

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
  #busyReads = 0
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

  /** Statements that go before the next read, in the same round trip. `wasWoken` tells a wake-up from a pause that ran out. */
  before(wasWoken: boolean, nowMs: number): readonly Statement[] {
    if (this.mode !== 'notified') return []
    this.#step = this.#nextStep(wasWoken)
    this.#isLooking = nowMs - this.#lookedMs >= this.#times.pollMs
    if (this.#isLooking) this.#lookedMs = nowMs
    const statements: Statement[] = this.#isLooking ? [COUNT_TAILS] : []
    if (this.#step === 'lock') statements.push(LOCK)
    if (this.#step === 'unlock') statements.push(this.hasPeers ? UNLOCK_AND_TELL : UNLOCK)
    return statements
  }

  /** How long to rest after the read, in ms, unless woken; `answers` begin with those of `before`. */
  after(answers: readonly Row[][], isWokenAgain: boolean): number {
    if (this.mode === 'polled') return this.#times.pollWithoutNotifyMs
    if (this.mode === 'embedded') return this.#times.pollMs
    this.#busyReads = isWokenAgain ? this.#busyReads + 1 : 0
    if (this.#isLooking) this.hasPeers = Number(answers[0]?.[0]?.tails) > 1
    const lock = this.#step === 'lock' ? answers[this.#isLooking ? 1 : 0]?.[0] : undefined
    if (lock) this.#isHolding = lock.granted === true
    if (this.#step === 'unlock') this.#isHolding = false
    this.#isLockDue = !this.#isHolding
    if (this.#isHolding || lock?.by_tail === true) return this.#times.pollMs
    return lock ? REFUSED_MS : 0
  }

  #nextStep(wasWoken: boolean): Step {
    if (this.#isHolding) return this.#busyReads >= BUSY_READS ? 'unlock' : 'read'
    return this.#isLockDue && !wasWoken ? 'lock' : 'read'
  }
}

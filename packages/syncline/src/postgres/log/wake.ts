/**
 * Wake-ups: how a writer tells a sleeping tail that there is something to read.
 *
 * NOTIFY takes a lock across the whole database until commit, so a writer notifies only when somebody sleeps. The sign
 * is an advisory lock, not a row: a tail that sleeps holds it exclusively, a writer tries to share it.
 *
 *   granted   no tail sleeps; a tail that wants to is refused until this transaction has ended, and reads again
 *   refused   a tail sleeps: notify it
 *
 * A transaction of a process whose own tail is the only one commits in silence, and that process wakes its tail and tells
 * other programs a moment later (`Tail.beginQuiet`).
 *
 * The payload is empty: one of 8,000 bytes would fail the user's own transaction.
 */
import type { Statement } from '../database.ts'

/** Channel that sleeping tails, and any other program that wants to know, listen on. */
export const WAKE_CHANNEL = 'ops_channel'

/** Advisory lock that a sleeping tail holds and writers share: `Syncline` in ASCII, read as an int8. */
export const WAKE_LOCK = '6014960150629674597'

/** Advisory lock that every tail shares while it lives, so that they know of each other: `SyncTail` in ASCII. */
export const TAILS_LOCK = '6014960150226495852'

/**
 * Setting of a session or transaction that overrides the lock: `always` where one session is all there is (PGlite: a
 * lock is never refused to its own holder), `never` in a transaction whose process wakes its tail itself, and has
 * found no other tail (`Tail.hasPeers`).
 */
export const WAKE_SETTING = 'syncline.wake'

const NOTIFY_CALL = `pg_catalog.pg_notify('${WAKE_CHANNEL}', '')`

/** Wakes whoever listens. */
export const NOTIFY: Statement = {
  name: 'syncline notify',
  text: `select ${NOTIFY_CALL}`,
}

/** Makes the transaction that runs it commit in silence. */
export const QUIET = `pg_catalog.set_config('${WAKE_SETTING}', 'never', true)`

const SETTING = `pg_catalog.current_setting('${WAKE_SETTING}', true)`

const IS_REFUSED = `not pg_catalog.pg_try_advisory_xact_lock_shared(${WAKE_LOCK})`

const SLEEPS = `(${SETTING} operator(pg_catalog.=) 'never') is not true
     and (${IS_REFUSED}
       or ${SETTING} operator(pg_catalog.=) 'always')`

/**
 * PL/pgSQL for the logging triggers, once per logged row or statement. It may be repeated in a transaction: the lock is
 * then its own, and equal notifications collapse into one. Most writers have no setting, and every transaction prepares all
 * parts of a question anew (`bench`: G6b): theirs is short.
 */
export const WAKE_SNIPPET = `if ${SETTING} operator(pg_catalog.<>) '' then
    if ${SLEEPS} then
      perform ${NOTIFY_CALL};
    end if;
  elsif ${IS_REFUSED} then
    perform ${NOTIFY_CALL};
  end if;`

/** The same as a column of a statement that logs by itself, where `condition` holds. */
export function wakeWhere(condition: string): string {
  return `case when ${condition} and ${SLEEPS} then ${NOTIFY_CALL} end`
}

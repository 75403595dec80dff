/**
 * History: one row for each tail that connected, so that one life of the database is told from another (L4).
 *
 * A restored dump restarts transaction ids or brings rows of other ids along. Its history rows give it away: PostgreSQL
 * stamps every row with the transaction that stored it here (`xmin`), and a row that says another one (`xid`) was
 * copied. A new history begins then: the old log is set aside, so that its transaction ids never meet new ones.
 * Backups that keep every identity are recognised by cursors themselves (`past.ts`).
 */
import type { Connection, Database } from '../database.ts'
import { setLogAside } from './set-aside.ts'

/** Thrown for a server that only repeats another one: the order in which it shows commits differs. */
export class StandbyError extends Error {
  constructor() {
    super(
      'This database server is a standby, where changes become visible in another order than on its primary. Connect to the primary, or promote this one.',
    )
    this.name = 'StandbyError'
  }
}

/** New writers wait behind the lock meanwhile. */
const LOCK_TIMEOUT = '2s'
const LOCK_NOT_AVAILABLE = '55P03'

const COPIED_SQL = 'select exists (select from syncline.history where xmin <> xid::xid) as copied'

/** Throws a `StandbyError` for a server in recovery. */
export async function refuseStandby(database: Pick<Database, 'query'>): Promise<void> {
  const [state] = await database.query<{ standby: boolean }>('select pg_is_in_recovery() as standby')
  if (state?.standby) throw new StandbyError()
}

/** Refuses a standby, begins a new history if this database came out of a dump, and records that a tail connected. */
export async function recordLife(connection: Connection): Promise<void> {
  await refuseStandby(connection)
  if (await isCopied(connection)) await beginHistory(connection)
  await connection.query('insert into syncline.history default values')
}

/** Whether a history row that was read before is still there: a new history begins without the rows of the old one. */
export async function knowsLife(connection: Connection, life: string): Promise<boolean> {
  const [found] = await connection.query<{ known: boolean }>(
    'select exists (select from syncline.history where id::text = $1) as known',
    [life],
  )
  return found?.known === true
}

/** Whether rows of `syncline.history` came out of a dump. */
async function isCopied(connection: Connection): Promise<boolean> {
  const [found] = await connection.query<{ copied: boolean }>(COPIED_SQL)
  return found?.copied === true
}

/** Waits for transactions that have written to the log: they belong to the old one. */
async function beginHistory(connection: Connection): Promise<void> {
  for (;;) {
    try {
      return await inTransaction(connection, async () => {
        await connection.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`)
        // Another node may be doing the same; the second finds nothing left to do.
        await connection.query('lock table syncline.history in share row exclusive mode')
        if (!(await isCopied(connection))) return
        await setLogAside(connection)
        await connection.query('delete from syncline.history where xmin <> xid::xid')
      })
    } catch (error) {
      if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error
    }
  }
}

async function inTransaction(connection: Connection, work: () => Promise<void>): Promise<void> {
  await connection.query('begin')
  try {
    await work()
    await connection.query('commit')
  } catch (error) {
    await connection.query('rollback').catch(() => {})
    throw error
  }
}

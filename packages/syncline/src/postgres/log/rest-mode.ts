/** Finds out how a tail may rest on this server. */
import type { Connection, Database } from '../database.ts'
import type { RestMode } from './sleeper.ts'
import { WAKE_CHANNEL, WAKE_SETTING } from './wake.ts'

/** Longest time for a notification to come back on an idle server. */
const ECHO_MS = 1_000

export interface RestChoice {
  readonly mode: RestMode
  /** Why nothing notifies, for the log. */
  readonly reason?: string
}

/** `isEchoed` resolves to whether the listener was woken within so many ms. */
export async function chooseRestMode(
  kind: Database['kind'],
  connection: Connection,
  isEchoed: (ms: number) => Promise<boolean>,
): Promise<RestChoice> {
  if (kind === 'pglite') {
    await connection.query(`set ${WAKE_SETTING} = 'always'`)
    return { mode: 'embedded' }
  }
  const [row] = await connection.query<{ prepared: number }>(
    `select current_setting('max_prepared_transactions')::int as prepared`,
  )
  if ((row?.prepared ?? 0) > 0) {
    return {
      mode: 'polled',
      reason: `max_prepared_transactions is ${row?.prepared}, and PREPARE TRANSACTION is refused after a notification`,
    }
  }
  const echo = isEchoed(ECHO_MS)
  await connection.query(`select pg_notify('${WAKE_CHANNEL}', '')`)
  if (await echo) return { mode: 'notified' }
  return { mode: 'polled', reason: 'notifications do not arrive, as behind a transaction pooler' }
}

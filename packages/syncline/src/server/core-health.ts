/** What a server says of its health. */
import type { Database } from '../postgres/database.ts'
import type { Channels } from './channels.ts'
import type { Health } from './core.ts'
import type { SessionTable } from './session/session-table.ts'
import type { Started } from './started.ts'

/** The tail reads at least once a second; so late, it has lost the database. */
const UNWELL_LAG_MS = 30_000

/** Asks the database, and measures how long it takes. */
export async function healthOf(
  database: Database,
  started: Started,
  sessions: SessionTable,
  channels: Channels,
  isDisabled: boolean,
): Promise<Health> {
  const beganMs = performance.now()
  const connected = await database.query('select 1').then(
    () => true,
    () => false,
  )
  const latencyMs = performance.now() - beganMs
  const lagMs = started.lagMs
  const isWell = connected && lagMs < UNWELL_LAG_MS
  return {
    status: !started.isComplete ? 'starting' : isDisabled ? 'disabled' : isWell ? 'healthy' : 'unhealthy',
    database: { connected, latencyMs, kind: database.kind },
    lagMs,
    connections: sessions.size,
    rooms: channels.size,
  }
}

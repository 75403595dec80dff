/**
 * Ends all sessions: for a restart, where accepted ops are finished and acknowledged first, or at once when the
 * database has another past. Everybody is told when to come back, spread so that no server is overrun (E4).
 */
import type { ErrorCode } from '../protocol/errors.ts'
import type { SessionTable } from './session/session-table.ts'

/** Connections per second that a server takes in without strain. */
const ARRIVALS_PER_SECOND = 2_500

/** Resolves when everybody has been told; ops under way are waited for up to `graceMs`. */
export async function sayGoodbye(
  sessions: SessionTable,
  graceMs: number,
  random = Math.random,
): Promise<void> {
  const all = [...sessions.all()]
  for (const session of all) session.pause()
  let timer: NodeJS.Timeout | undefined
  const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)))
  await Promise.race([grace, Promise.all(all.map((session) => session.finished()))])
  clearTimeout(timer)
  dismissAll(sessions, 'restart', random)
}

/** Ends all sessions at once, with `bye` and when to come back. */
export function dismissAll(sessions: SessionTable, code: ErrorCode, random = Math.random): void {
  const spreadMs = (sessions.size / ARRIVALS_PER_SECOND) * 1_000
  for (const session of sessions.all()) session.dismiss(code, true, Math.round(random() * spreadMs))
}

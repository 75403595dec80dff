/**
 * Ends all sessions for a restart: accepted ops are finished and acknowledged first, and everybody is told when to
 * come back, spread so that the next server is not overrun (E4).
 */
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
  const spreadMs = (all.length / ARRIVALS_PER_SECOND) * 1_000
  for (const session of sessions.all()) session.dismiss('restart', true, Math.round(random() * spreadMs))
}

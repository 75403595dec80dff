/** Asks a core for its health, once for everybody who asks at the same time, and never waits long for the answer. */
import type { Core, Health } from '../../server/core.ts'

/** So long an answer is given again: nobody can make the database work by asking. */
const FRESH_MS = 250
/** A database that takes longer does not work, whatever it will say. */
const PATIENCE_MS = 3_000

export type HealthProbe = () => Promise<Health>

/** Makes the probe; `nowMs` is the clock. */
export function createHealthProbe(
  core: Pick<Core, 'health' | 'database'>,
  nowMs = () => performance.now(),
): HealthProbe {
  let latest: Promise<Health> | undefined
  let askedAtMs = 0
  return () => {
    if (!latest || nowMs() - askedAtMs >= FRESH_MS) {
      askedAtMs = nowMs()
      latest = withPatience(core)
    }
    return latest
  }
}

async function withPatience(core: Pick<Core, 'health' | 'database'>): Promise<Health> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<Health>((resolve) => {
    timer = setTimeout(() => resolve(unanswered(core.database.kind)), PATIENCE_MS)
  })
  try {
    return await Promise.race([core.health().catch(() => unanswered(core.database.kind)), silence])
  } finally {
    clearTimeout(timer)
  }
}

function unanswered(kind: Health['database']['kind']): Health {
  const database = { connected: false, latencyMs: PATIENCE_MS, kind }
  return { status: 'unhealthy', database, lagMs: 0, connections: 0, rooms: 0 }
}

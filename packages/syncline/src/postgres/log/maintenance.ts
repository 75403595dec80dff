/** Keeps the log in shape while a server runs: partitions ahead of the writers, old ones and unused places in it gone. */
import type { Database } from '../database.ts'
import { atMostFor } from './at-most-for.ts'
import { forgetPlaces } from '../positions/forget-places.ts'
import { makePartitionsAhead, RETENTION_MS } from './partitions.ts'
import { type PruneOptions, pruneLog } from './prune.ts'

export interface Maintenance {
  close(): Promise<void>
}

/** Every minute: at a million transactions a partition, far more often than one fills up. */
const PARTITIONS_EVERY_MS = 60_000
const PRUNE_EVERY_MS = 600_000
/** What is under way may be cut off at any point, and is then repeated by whoever runs next. */
const CLOSE_WITHIN_MS = 2_000

/** Runs at once and then again and again; a failed run is told and repeated at its next time. */
export function startMaintenance(
  database: Database,
  options: PruneOptions,
  onFailure: (error: unknown) => void,
): Maintenance {
  let running: Promise<unknown> = Promise.resolve()
  const run = (work: () => Promise<unknown>) => {
    running = running.then(work).catch(onFailure)
  }
  run(() => makePartitionsAhead(database, options))
  const timers = [
    setInterval(() => run(() => makePartitionsAhead(database, options)), PARTITIONS_EVERY_MS),
    setInterval(() => run(() => pruneLog(database, options)), PRUNE_EVERY_MS),
    setInterval(() => run(() => forgetPlaces(database, options.retentionMs ?? RETENTION_MS)), PRUNE_EVERY_MS),
  ]
  for (const timer of timers) timer.unref()
  return {
    async close() {
      timers.forEach(clearInterval)
      await atMostFor(running, CLOSE_WITHIN_MS)
    },
  }
}

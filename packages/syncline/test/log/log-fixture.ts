/** A database with an empty log, and a tail whose batches a test can look at. */
import { type Database } from '../../src/postgres/database.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import { LOG_TABLES_SQL } from '../../src/postgres/log/log-tables.ts'
import { startTail, type Tail, type TailOptions } from '../../src/postgres/log/tail.ts'
import { WAKE_SNIPPET } from '../../src/postgres/log/wake.ts'
import type { Batch, LogRow } from '../../src/postgres/log-row.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'

/** Logs a change as a trigger would: the row, and the wake-up. */
export const LOG_CHANGE_SQL = `create function log_change(room text, id text, version int, fields jsonb default null) returns void
language plpgsql as $$ begin
  insert into syncline.log (room, model, id, action, version, fields) values ($1, 'camera', $2, 'update', $3, $4);
  ${WAKE_SNIPPET}
end $$`

export interface LogDatabase extends TestDatabase {
  /** The same database as the tail sees it. */
  readonly database: Database
}

export async function createLogDatabase(serverUrl: string): Promise<LogDatabase> {
  const test = await createTestDatabase(serverUrl)
  await test.query(LOG_TABLES_SQL)
  await test.query(LOG_CHANGE_SQL)
  const database = postgres(test.url)
  return {
    ...test,
    database,
    async drop() {
      await database.close()
      await test.drop()
    },
  }
}

/** Resolves when a count has not risen for a second. */
export async function untilStill(count: () => number): Promise<void> {
  for (let before = -1; before !== count(); ) {
    before = count()
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}

export interface WatchedTail {
  readonly tail: Tail
  readonly batches: Batch[]
  readonly rows: () => LogRow[]
  /** Resolves when the condition holds after a batch, or rejects after `timeoutMs`. */
  until(condition: () => boolean, timeoutMs?: number): Promise<void>
}

export async function watchLog(
  database: Database,
  options: TailOptions = {},
  onBatch: (batch: Batch) => void = () => {},
): Promise<WatchedTail> {
  const batches: Batch[] = []
  const rows: LogRow[] = []
  const tail = await startTail(database, options, (batch) => {
    batches.push(batch)
    for (const row of batch.rows) rows.push(row)
    onBatch(batch)
  })
  return {
    tail,
    batches,
    rows: () => rows,
    async until(condition, timeoutMs = 50_000) {
      const deadline = performance.now() + timeoutMs
      while (!condition()) {
        if (performance.now() > deadline) throw new Error(`Not reached within ${timeoutMs} ms.`)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    },
  }
}

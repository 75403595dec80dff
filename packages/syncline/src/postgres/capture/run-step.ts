/** Does one step of a migration on a live database: waits for locks briefly and often, so that nobody queues behind it. */
import type { Connection } from '../database.ts'
import type { MigrationStep } from './migration-step.ts'

/** Longest wait for a lock, in ms: whoever wants the table meanwhile waits behind it. */
export const LOCK_TIMEOUT_MS = 2_000
const ATTEMPTS = 30
const LONGEST_PAUSE_MS = 2_000
/** A room column that is filled in 5,000 rows at a time is done after 5 billion rows. */
const MOST_ROUNDS = 1_000_000

const LOCK_NOT_AVAILABLE = '55P03'
const DEADLOCK = '40P01'
const NOT_NULL_VIOLATION = '23502'

/** Runs a step; throws what PostgreSQL said, or who held the lock for too long. */
export async function runStep(connection: Connection, step: MigrationStep): Promise<void> {
  switch (step.run) {
    case 'once':
      return withRetries(connection, step, () => inTransaction(connection, step.statements))
    case 'outside':
      for (const statement of step.statements) {
        await withRetries(connection, step, () => connection.query(statement))
      }
      return
    case 'until done':
      for (const statement of step.statements) await untilDone(connection, step, statement)
  }
}

async function untilDone(connection: Connection, step: MigrationStep, statement: string): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let corrected = 0
    await withRetries(connection, step, async () => {
      corrected = (await connection.query(statement)).length
    })
    if (corrected === 0) return
  }
}

async function inTransaction(connection: Connection, statements: readonly string[]): Promise<void> {
  await connection.query('begin')
  try {
    for (const statement of statements) await connection.query(statement)
    await connection.query('commit')
  } catch (error) {
    await connection.query('rollback').catch(() => {
      // The connection is gone; the first error says why.
    })
    throw error
  }
}

async function withRetries(
  connection: Connection,
  step: MigrationStep,
  work: () => Promise<unknown>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work()
      return
    } catch (error) {
      if (!isContention(error)) throw explained(error, step)
      if (attempt === ATTEMPTS) throw await blocked(connection, step, error)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_PAUSE_MS))
    }
  }
}

/** A table with rows takes no column that they would leave empty. */
function explained(error: unknown, { table }: MigrationStep): unknown {
  const { code, column } = error as { code?: string; column?: string }
  if (code !== NOT_NULL_VIOLATION || table === null) return error
  return new Error(
    `Column \`${column}\` was not added to \`${table}\`, which has rows: they would have no value for it. Give its field a default (.default(…)) or make it .nullable(), and migrate again; or add the column yourself. What was done stays done.`,
    { cause: error },
  )
}

function isContention(error: unknown): boolean {
  const { code } = error as { code?: string }
  return code === LOCK_NOT_AVAILABLE || code === DEADLOCK
}

async function blocked(connection: Connection, step: MigrationStep, cause: unknown): Promise<Error> {
  const holders = await connection.query<{ text: string }>(
    `select format('process %s of %s (%s), in a transaction since %s', a.pid, a.usename, a.application_name, a.xact_start) as text
     from pg_locks l join pg_stat_activity a using (pid)
     where l.relation = to_regclass($1) and l.granted and a.pid <> pg_backend_pid() order by a.xact_start`,
    [step.table],
  )
  const held =
    holders.length === 0 ? 'It is free now.' : `It is held by ${holders.map(({ text }) => text).join('; ')}.`
  return new Error(
    `Step "${step.purpose}" of the migration found \`${step.table}\` locked ${ATTEMPTS} times for ${LOCK_TIMEOUT_MS / 1000} s. ${held} End that transaction and migrate again: what was done stays done.`,
    { cause },
  )
}

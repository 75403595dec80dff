/**
 * Brings a database to what a schema declares: log, columns, triggers.
 *
 * Each step is a transaction of its own and can be repeated; a migration that was interrupted goes on where it
 * stopped. On live tables locks are waited for briefly and tried again, columns come first and triggers last.
 */
import type { CompiledSchema } from '../../schema/model.ts'
import type { Connection, Database } from '../database.ts'
import { type CaptureOptions, tablesOf } from './capture-options.ts'
import { describeDatabase, FRESH_DATABASE } from './describe-database.ts'
import { type Drift, MigrationRefused } from './drift.ts'
import { formatMigration } from './format-migration.ts'
import { healWithin } from './heal-capture.ts'
import { type MigrationPlan, planMigration } from './migration-plan.ts'
import type { MigrationStep } from './migration-step.ts'
import { outstanding } from './outstanding.ts'
import { OWN_OBJECTS, OWN_OBJECTS_MARK, ROOMS_UNFILLED } from './own-objects.ts'
import type { RoomCheck } from './room-steps.ts'
import { LOCK_TIMEOUT_MS, runStep } from './run-step.ts'
import { literal } from './sql-text.ts'
import { throughViews } from './tables-behind.ts'

export interface MigrateOptions extends CaptureOptions {
  /** Only says what would be done. @default false */
  readonly print?: boolean
  /**
   * Also looks for records that are in another room than their path leads to, and takes them there; reads every table
   * whose rooms follow a path. Without it only those are read whose rooms may have been left behind, because what keeps
   * them was missing, disabled or of another version.
   * @default false
   */
  readonly mendRooms?: boolean
  /** Is told of each step before it is done. */
  readonly onStep?: (step: MigrationStep) => void
}

export interface MigrationReport {
  /** What was done, or with `print` what would be; empty when the database was as declared. */
  readonly steps: readonly MigrationStep[]
  /** Differences that do not keep the schema from working. */
  readonly drift: readonly Drift[]
  /** The steps as SQL. */
  readonly sql: string
}

/** Advisory lock that one migration at a time holds: `SyncMigr` in ASCII. */
const MIGRATION_LOCK = '6014960150108661618'
const OLDEST_VERSION = 130_000

/** All SQL that a fresh database needs. */
export function compileCapture(schema: CompiledSchema, options: CaptureOptions = {}): string[] {
  const { steps, drift } = planMigration(schema, FRESH_DATABASE, options)
  refuse(drift)
  return steps.flatMap((step) => step.statements)
}

/**
 * Does what remains to be done for `schema`; a second run does nothing.
 * @throws MigrationRefused when tables do not fit the declaration; nothing was changed then
 */
export async function migrate(
  database: Database,
  schema: CompiledSchema,
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  const connection = await database.connect('migrate', {
    lock_timeout: `${LOCK_TIMEOUT_MS}ms`,
    // A role's limit is meant for requests; a large table takes as long as it takes.
    statement_timeout: '0',
  })
  try {
    await takeTheLock(connection, database)
    const plan = await planFor(database, connection, schema, options)
    refuse(plan.drift)
    const steps: MigrationStep[] = []
    // What makes a check due is mended by a step before it.
    const isDue = plan.roomChecks.some((check) => check.isDue)
    const fills = plan.isUnfilled || isDue || plan.steps.some(({ run }) => run === 'until done')
    let isNoted = false
    for await (const step of stepsOf(plan, connection, options)) {
      steps.push(step)
      if (options.print) continue
      options.onStep?.(step)
      if (fills && !isNoted && !hasOwnObjects(step)) {
        await noteRooms(connection, ROOMS_UNFILLED)
        isNoted = true
      }
      await runStep(connection, step)
    }
    if (!options.print) {
      if (fills) await noteRooms(connection, '')
      await healed(connection, schema)
    }
    return { steps, drift: plan.drift, sql: formatMigration(steps) }
  } finally {
    await connection.query(`select pg_advisory_unlock(${MIGRATION_LOCK})`).catch(() => {
      // The connection is gone, and the lock with it.
    })
    await connection.close()
  }
}

/** What differs between the database and the declaration, steps that were not done included; changes nothing. */
export async function checkCapture(
  database: Database,
  schema: CompiledSchema,
  options: CaptureOptions = {},
): Promise<Drift[]> {
  const { steps, drift } = await planFor(database, database, schema, options)
  return [...drift, ...outstanding(steps, steps.length > 0 && (await isFresh(database)))]
}

/** Records that are in another room than their path leads to; reads every table whose rooms follow a path. */
export async function findWrongRooms(
  database: Database,
  schema: CompiledSchema,
  options: CaptureOptions = {},
): Promise<Drift[]> {
  const { roomChecks } = await planFor(database, database, schema, options)
  const checks = roomChecks.filter(({ isPossible }) => isPossible)
  if (checks.length === 0) return []
  // In one snapshot, so that what a running server is about to settle is told from what stays.
  return database.transaction(
    async (connection) => {
      await connection.query('set local statement_timeout = 0')
      const unsettled = await hasUnsettled(connection)
      const found: Drift[] = []
      for await (const { step, count } of wrongRooms(connection, checks))
        found.push(wrongRoom(step, count, unsettled))
      return found
    },
    { isolation: 'repeatable read', readOnly: true },
  )
}

function wrongRoom({ table }: MigrationStep, count: number, unsettled: boolean): Drift {
  const [records, them] = count === 1 ? ['1 record', 'it'] : [`${count} records`, 'them']
  const fact = `\`${table}\` has ${records} outside the room that the path leads to`
  return {
    kind: unsettled ? 'unsettled_room' : 'wrong_room',
    table: table as string,
    isBlocking: false,
    message: unsettled
      ? `${fact}, and moves of their parents are not settled yet. A running server takes ${them} there within seconds; look again, and run \`npx syncline migrate\` if ${them === 'it' ? 'it stays' : 'they stay'}.`
      : `${fact}: members of that room miss ${them}. Run \`npx syncline migrate --mend-rooms\`, which takes ${them} there by changes in the log.`,
  }
}

/** The plan's steps, and then those for what is wrong in tables whose rooms are kept. */
async function* stepsOf(
  plan: MigrationPlan,
  connection: Connection,
  { print, mendRooms }: MigrateOptions,
): AsyncGenerator<MigrationStep> {
  yield* plan.steps
  if (!print && (await hasUnsettled(connection))) await connection.query('select syncline.settle_rooms()')
  const checks = plan.roomChecks.filter(({ isDue }) => isDue || plan.isUnfilled || mendRooms)
  // What the steps before it make cannot be read before they are done.
  const [unread, read] = print
    ? [checks.filter(({ isPossible }) => !isPossible), checks.filter(({ isPossible }) => isPossible)]
    : [[], checks]
  for await (const { step } of wrongRooms(connection, read)) yield step
  yield* unread.map(({ step }) => step)
}

/** The step that makes what notes are written on. */
function hasOwnObjects({ table, run, statements }: MigrationStep): boolean {
  return table === null && run === 'once' && statements.includes(OWN_OBJECTS[0] as string)
}

async function noteRooms(connection: Connection, note: string): Promise<void> {
  await connection.query(`comment on schema syncline is ${literal(OWN_OBJECTS_MARK + note)}`)
}

/** One table after the other: a parent that is taken to its room takes its children along. */
async function* wrongRooms(
  connection: Pick<Connection, 'query'>,
  checks: readonly RoomCheck[],
): AsyncGenerator<{ readonly step: MigrationStep; readonly count: number }> {
  for (const { query, step } of checks) {
    const [answer] = await connection.query<{ count: number }>(query)
    if (answer !== undefined && answer.count > 0) yield { step, count: answer.count }
  }
}

/** Whether there is nothing of Syncline's own yet. */
async function isFresh(database: Database): Promise<boolean> {
  const [answer] = await database.query<{ fresh: boolean }>(
    "select to_regclass('syncline.history') is null as fresh",
  )
  return answer?.fresh ?? true
}

async function planFor(
  database: Database,
  connection: Pick<Connection, 'query'>,
  schema: CompiledSchema,
  options: CaptureOptions,
): Promise<MigrationPlan> {
  const seen = await throughViews(connection, schema, options)
  const description = await describeDatabase(connection, tablesOf(schema, seen))
  if (description.version < OLDEST_VERSION) {
    throw new Error(
      `The server is PostgreSQL ${Math.floor(description.version / 10_000)}. Syncline needs 13 or newer.`,
    )
  }
  // One backend has no writers that a longer lock would keep waiting.
  return planMigration(schema, description, { concurrently: database.kind === 'postgres', ...seen })
}

async function takeTheLock(connection: Connection, database: Database): Promise<void> {
  if (database.kind === 'pglite') return
  for (;;) {
    const [answer] = await connection.query<{ taken: boolean }>(
      `select pg_try_advisory_lock(${MIGRATION_LOCK}) as taken`,
    )
    if (answer?.taken) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** What triggers missed while they were gone or disabled reaches devices by a fresh snapshot. */
async function healed(connection: Connection, schema: CompiledSchema): Promise<void> {
  await connection.query('begin')
  await healWithin(connection, schema)
  await connection.query('commit')
}

async function hasUnsettled(connection: Connection): Promise<boolean> {
  const [answer] = await connection.query<{ found: boolean }>(
    "select to_regprocedure('syncline.settle_rooms()') is not null and exists (select from syncline.unsettled) as found",
  )
  return answer?.found ?? false
}

/** @throws MigrationRefused when a difference keeps the schema from working */
export function refuse(drift: readonly Drift[]): void {
  const blocking = drift.filter(({ isBlocking }) => isBlocking)
  if (blocking.length > 0) throw new MigrationRefused(blocking)
}

/**
 * From declaration and database to the steps that remain: pure, so that printing, doing and checking agree.
 *
 * Order on live tables: our own objects, new tables, columns, stamps, rooms of existing rows, and only then the
 * triggers that log. Every step can be repeated; what is already as it should be makes no step.
 */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import { type CaptureOptions, guardNames } from './capture-options.ts'
import { captureStep } from './capture-step.ts'
import { guardTriggers, logTriggers, stampTriggers } from './capture-triggers.ts'
import { type CapturedTable, capturedTable } from './captured-table.ts'
import { completeTables } from './complete-description.ts'
import { ownColumns } from './create-table.ts'
import type { DatabaseDescription, TableDescription } from './describe-database.ts'
import type { Drift } from './drift.ts'
import { guardFunction, guardTable, guardTruncateFunction } from './guard-function.ts'
import { unseenPartitions } from './heal-partitions.ts'
import { logFunction } from './log-function.ts'
import { markFunction } from './mark-function.ts'
import type { MaybeStep, MigrationStep } from './migration-step.ts'
import { moveFunction } from './move-function.ts'
import { OWN_OBJECTS, OWN_OBJECTS_MARK, readMark } from './own-objects.ts'
import { captureDrift, declarationDrift } from './plan-drift.ts'
import { reloadRooms } from './reload-rooms.ts'
import { byDepth, fillStep, type RoomCheck, roomChecks } from './room-steps.ts'
import { settleFunction } from './settle-function.ts'
import { literal } from './sql-text.ts'
import { stampFunction } from './stamp-function.ts'
import { newColumns, newReferences, newTable, roomIndexes } from './table-steps.ts'
import { truncateFunction } from './truncate-function.ts'

export interface MigrationPlan {
  readonly steps: readonly MigrationStep[]
  /** Of tables whose rooms no step fills in; parents before their children. */
  readonly roomChecks: readonly RoomCheck[]
  /** A migration was ended before it had looked after the rooms. */
  readonly isUnfilled: boolean
  readonly drift: readonly Drift[]
}

/** Plans what remains to be done. Steps are empty while blocking drift is unresolved. */
export function planMigration(
  schema: CompiledSchema,
  database: DatabaseDescription,
  options: CaptureOptions = {},
): MigrationPlan {
  const drift = declarationDrift(schema, database, options)
  if (drift.some(({ isBlocking }) => isBlocking))
    return { steps: [], roomChecks: [], isUnfilled: false, drift }
  const tables = capturedTables(schema, database, options)
  const guards = guardNames(schema, options).flatMap((written) => {
    const found = database.tables.get(written)
    return found?.kind === 'r' || found?.kind === 'p' ? [guardTable(written, found)] : []
  })
  const steps = [
    ownObjects(database),
    ...tables.map((table) => newTable(database, table)),
    ...tables.map((table) => newReferences(schema, database, tables, table)),
    ...tables.map((table) => newColumns(schema, database, table, options)),
    ...tables.map((table) =>
      captureStep(
        database,
        'stamp versions',
        table.model.table,
        [stampFunction(table)],
        stampTriggers(table),
      ),
    ),
    ...tables.map((table) => roomIndexes(database, table, options)),
    ...byDepth(tables).map((table) => fillStep(database, table, 'fill in rooms')),
    ...tables.map((table) =>
      captureStep(
        database,
        'log changes',
        table.model.table,
        [
          logFunction(table),
          ...(table.moves.length > 0 ? [moveFunction(table)] : []),
          ...(table.linkedMarks.length > 0 ? [markFunction(table)] : []),
          truncateFunction(table),
        ],
        logTriggers(table),
        // What these partitions lost or brought was not logged.
        unseenPartitions(table.description).length > 0 ? reloadRooms(schema, table.model) : [],
      ),
    ),
    tables.some((table) => table.moves.length > 0) &&
      captureStep(database, 'settle rooms', null, [settleFunction(tables)], []),
    ...byDepth(tables).map((table) => fillStep(database, table, 'rooms that changed meanwhile')),
    ...guards.map((guard) =>
      captureStep(
        database,
        'log keys, for access rules',
        guard.written,
        [guardFunction(guard), guardTruncateFunction(guard)],
        guardTriggers(guard),
      ),
    ),
  ]
  return {
    steps: steps.filter((step): step is MigrationStep => typeof step === 'object'),
    roomChecks: roomChecks(database, tables),
    isUnfilled: readMark(database.mark).isUnfilled,
    drift: [...drift, ...captureDrift(schema, database, options, tables)],
  }
}

/** What the triggers of every model must do. */
function capturedTables(
  schema: CompiledSchema,
  database: DatabaseDescription,
  options: CaptureOptions,
): CapturedTable[] {
  const tables = completeTables(schema, database)
  const guarded = new Map(
    Object.values(schema.models).map((model) => [
      model.name,
      undeclaredRuleColumns(model, tables.get(model.name), options),
    ]),
  )
  return Object.values(schema.models).map((model) => capturedTable({ schema, tables, guarded }, model))
}

function undeclaredRuleColumns(
  model: Model,
  table: TableDescription | undefined,
  options: CaptureOptions,
): string[] {
  const known = new Set([
    model.idColumn,
    ...Object.values(model.fields).map((field) => field.column),
    ...ownColumns(model).map(({ name }) => name),
    ...model.rooms.map((room) => room.column),
  ])
  return (table?.columns ?? [])
    .filter(({ name, generated }) => options.ruleNames?.has(name) && !known.has(name) && generated === null)
    .map(({ name }) => name)
}

function ownObjects(database: DatabaseDescription): MaybeStep {
  if (readMark(database.mark).isCurrent) return false
  return {
    purpose: 'log, devices and what else Syncline keeps',
    table: null,
    statements: [...OWN_OBJECTS, `comment on schema syncline is ${literal(OWN_OBJECTS_MARK)}`],
    run: 'once',
  }
}

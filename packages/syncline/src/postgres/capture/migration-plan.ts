/**
 * From declaration and database to the steps that remain: pure, so that printing, doing and checking agree.
 *
 * Order on live tables: our own objects, new tables, columns, stamps, rooms of existing rows, and only then the
 * triggers that log. Every step can be repeated; what is already as it should be makes no step.
 */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import { quoteIdentifier } from '../sql.ts'
import {
  createTrigger,
  dropFormerTrigger,
  dropTrigger,
  enableTrigger,
  existingTrigger,
  guardTriggers,
  isAsWanted,
  logTriggers,
  nameInSql,
  OWN_TRIGGERS,
  stampTriggers,
  type WantedTrigger,
} from './capture-triggers.ts'
import { type CapturedTable, capturedTable } from './captured-table.ts'
import { fillersNote, unfilledColumns } from './column-filler.ts'
import { completeTables, roomColumns } from './complete-description.ts'
import { typeDrift } from './columns-note.ts'
import {
  columnDefinition,
  createIndex,
  createTable,
  ownColumns,
  referenceStatements,
} from './create-table.ts'
import type { DatabaseDescription, TableDescription } from './describe-database.ts'
import type { Drift } from './drift.ts'
import { findDrift, sharedTables } from './find-drift.ts'
import { guardFunction, guardTable, guardTruncateFunction } from './guard-function.ts'
import { partitionDrift, unseenPartitions } from './heal-partitions.ts'
import { logFunction } from './log-function.ts'
import { markFunction } from './mark-function.ts'
import { moveFunction } from './move-function.ts'
import { OWN_OBJECTS, OWN_OBJECTS_MARK, readMark } from './own-objects.ts'
import { reloadRooms } from './reload-rooms.ts'
import { byDepth, fillStep, type RoomCheck, roomChecks } from './room-steps.ts'
import { settleFunction } from './settle-function.ts'
import { literal, sourceOf } from './sql-text.ts'
import { stampFunction, stampFunctionName } from './stamp-function.ts'
import { truncateFunction } from './truncate-function.ts'

export interface CaptureOptions {
  /** Tables that access rules read and that do not synchronise; each gets a trigger that logs its keys. */
  readonly dependsOn?: readonly string[]
  /** Names that stand in access rules: columns of synchronised tables among them that no field has are watched. */
  readonly ruleNames?: ReadonlySet<string>
  /** Adds declared columns that an existing table lacks. @default false */
  readonly addColumns?: boolean
  /** Builds indexes on existing tables without blocking their writers. @default true */
  readonly concurrently?: boolean
}

export interface MigrationStep {
  /** What the step is for, in a few words. */
  readonly purpose: string
  /** What else its reader should know, as `; …`. */
  readonly note?: string
  /** Table as declared; null for what belongs to all. */
  readonly table: string | null
  readonly statements: readonly string[]
  /**
   * `once` in one transaction; `outside` each statement by itself, because PostgreSQL refuses it in a transaction;
   * `until done` in transactions of their own until no row is left.
   */
  readonly run: 'once' | 'outside' | 'until done'
}

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
  const models = Object.values(schema.models)
  const drift = [
    ...sharedTables(schema),
    ...models.flatMap((model) => {
      const existing = database.tables.get(model.table)
      return existing === undefined
        ? unfilledColumns(model, Object.values(model.fields))
        : findDrift(model, existing, options.addColumns ?? false)
    }),
    ...missingGuards(schema, database, options),
    ...undeclared(schema, database, options),
  ]
  if (drift.some(({ isBlocking }) => isBlocking))
    return { steps: [], roomChecks: [], isUnfilled: false, drift }
  const tables = capturedTables(schema, database, options)
  const guards = guardNames(schema, options).flatMap((written) => {
    const found = database.tables.get(written)
    return found === undefined ? [] : [guardTable(written, found)]
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
    drift: [
      ...drift,
      ...disabledTriggers(schema, database, options),
      ...tablesOf(schema, options).flatMap((table) => partitionDrift(table, database.tables.get(table))),
      ...tables.flatMap(({ model, slug }) =>
        typeDrift(
          model.table,
          database.tables.get(model.table),
          database.functions.get(stampFunctionName({ slug })),
        ),
      ),
    ],
  }
}

type MaybeStep = MigrationStep | false

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

function newTable(database: DatabaseDescription, { model, table }: CapturedTable): MaybeStep {
  if (database.tables.has(model.table)) return false
  const note = fillersNote(model, Object.values(model.fields))
  return {
    purpose: 'new table',
    note,
    table: model.table,
    statements: [createTable(model, table)],
    run: 'once',
  }
}

function newReferences(
  schema: CompiledSchema,
  database: DatabaseDescription,
  tables: readonly CapturedTable[],
  { model, table }: CapturedTable,
): MaybeStep {
  if (database.tables.has(model.table)) return false
  const nameOf = (target: Model) =>
    (tables.find((candidate) => candidate.model.name === target.name) as CapturedTable).table
  const statements = referenceStatements(schema, model, table, nameOf)
  return statements.length > 0 && { purpose: 'references', table: model.table, statements, run: 'once' }
}

function newColumns(
  schema: CompiledSchema,
  database: DatabaseDescription,
  { model, table }: CapturedTable,
  options: CaptureOptions,
): MaybeStep {
  const existing = database.tables.get(model.table)
  const has = (name: string) => existing?.columns.some((column) => column.name === name) ?? false
  const rooms = roomColumns(schema, model).map(({ name, type }) => ({
    name,
    definition: `${quoteIdentifier(name)} ${type}`,
  }))
  const declared = Object.values(model.fields).map((field) => ({
    name: field.column,
    definition: columnDefinition(model, field),
  }))
  const wanted =
    existing === undefined ? rooms : [...(options.addColumns ? declared : []), ...ownColumns(model), ...rooms]
  const missing = wanted.filter(({ name }) => !has(name))
  if (missing.length === 0) return false
  const added = Object.values(model.fields).filter((field) => existing && !has(field.column))
  return {
    purpose: 'new columns',
    note: fillersNote(model, added),
    table: model.table,
    statements: [
      `alter table ${table}\n  ${missing.map(({ definition }) => `add column ${definition}`).join(',\n  ')}`,
    ],
    run: 'once',
  }
}

/** Snapshots find a room's rows by the room's column, and a parent that moves its children by their reference. */
function roomIndexes(
  database: DatabaseDescription,
  { model, table, routes }: CapturedTable,
  options: CaptureOptions,
): MaybeStep {
  const existing = database.tables.get(model.table)
  const columns =
    existing === undefined
      ? routes.map((route) => route.column.name)
      : [
          ...routes.map((route) => route.column.name),
          ...model.rooms.map((room) =>
            room.path.length === 1 ? room.column : (model.fields[room.path[0] as string]?.column as string),
          ),
        ]
  const missing = [...new Set(columns)].filter((name) => !existing?.indexed.includes(name))
  if (missing.length === 0) return false
  // A partitioned table cannot be indexed concurrently.
  const concurrently = existing?.kind === 'r' && (options.concurrently ?? true)
  return {
    purpose: 'indexes of rooms',
    table: model.table,
    statements: missing.map((column) => createIndex(model, table, column, concurrently)),
    run: concurrently ? 'outside' : 'once',
  }
}

/** Functions and triggers that are not as they should be. */
function captureStep(
  database: DatabaseDescription,
  purpose: string,
  table: string | null,
  functions: readonly string[],
  triggers: readonly WantedTrigger[],
  afterwards: readonly string[] = [],
): MaybeStep {
  const changed = functions.filter((text) => database.functions.get(nameOf(text)) !== sourceOf(text))
  const existing = table === null ? undefined : database.tables.get(table)
  const wrong = triggers.filter((wanted) => !isAsWanted(wanted, existingTrigger(existing, wanted)))
  const disabled = triggers.filter(
    (wanted) => !wrong.includes(wanted) && existingTrigger(existing, wanted)?.isEnabled === false,
  )
  const former = triggers.filter(
    ({ formerName, table: owner }) =>
      formerName !== undefined && existingTrigger(existing, { name: formerName, table: owner }) !== undefined,
  )
  if (changed.length + wrong.length + disabled.length + former.length === 0) return false
  return {
    purpose,
    table,
    statements: [
      ...changed.flatMap((text) => [text, `revoke all on function syncline.${nameOf(text)}() from public`]),
      ...wrong.flatMap((wanted) =>
        existingTrigger(existing, wanted) === undefined
          ? [createTrigger(wanted)]
          : [dropTrigger(wanted.name, wanted.table), createTrigger(wanted)],
      ),
      ...disabled.map(enableTrigger),
      ...former.flatMap(dropFormerTrigger),
      ...afterwards,
    ],
    run: 'once',
  }
}

function nameOf(statement: string): string {
  return /function syncline\.(\w+)\(/.exec(statement)?.[1] as string
}

function guardNames(schema: CompiledSchema, options: CaptureOptions): string[] {
  const synchronised = new Set(Object.values(schema.models).map((model) => model.table))
  return [...new Set(options.dependsOn ?? [])].filter((table) => !synchronised.has(table)).sort()
}

/** Every table that a plan must know about, as declared. */
export function tablesOf(schema: CompiledSchema, options: CaptureOptions): string[] {
  return [...Object.values(schema.models).map((model) => model.table), ...guardNames(schema, options)]
}

function missingGuards(
  schema: CompiledSchema,
  database: DatabaseDescription,
  options: CaptureOptions,
): Drift[] {
  return guardNames(schema, options).flatMap((table) => {
    const found = database.tables.get(table)
    if (found?.kind === 'r' || found?.kind === 'p') return []
    const fact = found === undefined ? 'does not exist' : 'is no table'
    return [
      {
        kind: found === undefined ? ('missing_table' as const) : ('not_a_table' as const),
        table,
        isBlocking: false,
        message: `Access rules read \`${table}\`, which ${fact}: a right that is lost there ends delivery only within 60 s. ${found === undefined ? 'Create it, or correct the rule' : 'Name the tables behind it in dependsOn'}, and migrate again.`,
      },
    ]
  })
}

function undeclared(schema: CompiledSchema, database: DatabaseDescription, options: CaptureOptions): Drift[] {
  const known = new Set(
    tablesOf(schema, options).flatMap((table) => {
      const found = database.tables.get(table)
      return found === undefined
        ? []
        : [found, ...found.leaves].map(({ schema: owner, name }) => `${owner}.${name}`)
    }),
  )
  return database.captured
    .filter((table) => !known.has(table))
    .map((table) => ({
      kind: 'not_declared' as const,
      table,
      isBlocking: false,
      message: `\`${table}\` has triggers of Syncline but is not declared: its changes are logged for nobody. Declare it, or drop those of ${OWN_TRIGGERS.map(nameInSql).join(', ')} that it has (drop trigger … on ${table}).`,
    }))
}

function disabledTriggers(
  schema: CompiledSchema,
  database: DatabaseDescription,
  options: CaptureOptions,
): Drift[] {
  return tablesOf(schema, options).flatMap((table) =>
    (database.tables.get(table)?.triggers ?? [])
      .filter(({ name, isEnabled }) => OWN_TRIGGERS.includes(name) && !isEnabled)
      .map(({ name }) => ({
        kind: 'trigger_disabled' as const,
        table,
        isBlocking: false,
        message: `Trigger \`${name}\` on \`${table}\` is disabled: changes of its rows are not logged. Migrate, or enable it (alter table ${table} enable trigger ${nameInSql(name)}): its rooms then load again.`,
      })),
  )
}

/**
 * Where a database differs from its declaration, table by table and as a whole.
 *
 * `declarationDrift` is known before anything is planned, and may block it; `captureDrift` tells what capture has
 * missed, and is of interest only where nothing blocks.
 */
import type { CompiledSchema } from '../../schema/model.ts'
import { type CaptureOptions, guardNames, tablesOf } from './capture-options.ts'
import { nameInSql, OWN_TRIGGERS } from './capture-triggers.ts'
import type { CapturedTable } from './captured-table.ts'
import { unfilledColumns } from './column-filler.ts'
import { typeDrift } from './columns-note.ts'
import type { DatabaseDescription } from './describe-database.ts'
import type { Drift } from './drift.ts'
import { findDrift, sharedTables } from './find-drift.ts'
import { partitionDrift } from './heal-partitions.ts'
import { stampFunctionName } from './stamp-function.ts'

/** Tables that do not fit their models, that rules read in vain, or that are captured and not declared. */
export function declarationDrift(
  schema: CompiledSchema,
  database: DatabaseDescription,
  options: CaptureOptions,
): Drift[] {
  return [
    ...sharedTables(schema),
    ...Object.values(schema.models).flatMap((model) => {
      const existing = database.tables.get(model.table)
      return existing === undefined
        ? unfilledColumns(model, Object.values(model.fields))
        : findDrift(model, existing, options.addColumns ?? false)
    }),
    ...missingGuards(schema, database, options),
    ...undeclared(schema, database, options),
  ]
}

/** What is not captured although it was: disabled triggers, partitions without one, columns of another type. */
export function captureDrift(
  schema: CompiledSchema,
  database: DatabaseDescription,
  options: CaptureOptions,
  tables: readonly CapturedTable[],
): Drift[] {
  return [
    ...disabledTriggers(schema, database, options),
    ...tablesOf(schema, options).flatMap((table) => partitionDrift(table, database.tables.get(table))),
    ...tables.flatMap(({ model, slug }) =>
      typeDrift(
        model.table,
        database.tables.get(model.table),
        database.functions.get(stampFunctionName({ slug })),
      ),
    ),
  ]
}

function missingGuards(
  schema: CompiledSchema,
  database: DatabaseDescription,
  options: CaptureOptions,
): Drift[] {
  return guardNames(schema, options).flatMap((table) => {
    const found = database.tables.get(table)
    if (found?.kind === 'r' || found?.kind === 'p') return []
    if (found?.kind === 'm') return [materialised(table)]
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

function materialised(table: string): Drift {
  return {
    kind: 'not_a_table',
    table,
    isBlocking: true,
    message: `Access rules read \`${table}\`, which is a materialised view: PostgreSQL tells nobody of its refresh, so that a right that is lost there would not end at once. Read the tables behind it, or a plain view of them, and migrate again.`,
  }
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
  // Rules that are not known here may stand in the server's own file.
  const [fact, remedy] =
    options.ruleNames === undefined
      ? [
          'and is not declared: access rules that read it need them, and none are known here',
          'Export `access` beside the schema, or name the table with --depends-on; if no rule reads it, declare it, or',
        ]
      : ['but is not declared: its changes are logged for nobody', 'Declare it, or']
  const triggers = OWN_TRIGGERS.map(nameInSql).join(', ')
  return database.captured
    .filter((table) => !known.has(table))
    .map((table) => ({
      kind: 'not_declared' as const,
      table,
      isBlocking: false,
      message: `\`${table}\` has triggers of Syncline ${fact}. ${remedy} drop those of ${triggers} that it has (drop trigger … on ${table}).`,
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

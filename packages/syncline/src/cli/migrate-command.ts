/** `syncline migrate`: brings a database to what the schema declares, or prints how. */
import { defineCommand } from 'citty'
import { FRESH_DATABASE } from '../postgres/capture/describe-database.ts'
import type { Drift } from '../postgres/capture/drift.ts'
import { formatMigration, titleOf } from '../postgres/capture/format-migration.ts'
import { type MigrateOptions, migrate, type MigrationReport, refuse } from '../postgres/capture/migrate.ts'
import { planMigration } from '../postgres/capture/migration-plan.ts'
import { guardNames, guardTables } from '../server/access/guard-tables.ts'
import { chooseDatabase } from './choose-database.ts'
import { explainFailure } from './explain-failure.ts'
import { type Declaration, loadDeclaration } from './load-declaration.ts'
import { type Terminal, terminal } from './terminal.ts'

interface MigrateArguments {
  readonly schema?: string
  readonly database?: string
  readonly print?: boolean
  readonly addColumns?: boolean
  readonly mendRooms?: boolean
  readonly dependsOn?: string
}

export const migrateCommand = defineCommand({
  meta: { name: 'migrate', description: 'Brings a database to what the schema declares' },
  args: {
    schema: {
      type: 'string',
      description: 'Module that exports `schema`, and `access` if rules read further tables',
      valueHint: 'path',
    },
    database: {
      type: 'string',
      description:
        'Connection string, or folder of the embedded database; DATABASE_URL or DATA_DIR otherwise',
      valueHint: 'url',
    },
    print: { type: 'boolean', description: 'Print the SQL and change nothing' },
    'add-columns': { type: 'boolean', description: 'Add declared columns that existing tables lack' },
    'mend-rooms': {
      type: 'boolean',
      description: 'Look for records in a wrong room, and take them along: reads whole tables',
    },
    'depends-on': {
      type: 'string',
      description: 'Further tables that access rules read, separated by commas',
      valueHint: 'tables',
    },
  },
  async run({ args }) {
    process.exitCode = await runMigrate(args, terminal)
  },
})

/** Does what the command says; returns the exit code. */
async function runMigrate(args: MigrateArguments, terminal: Terminal): Promise<number> {
  try {
    const declaration = await loadDeclaration(args.schema)
    const database = chooseDatabase(args.database)
    if (database === undefined) return withoutDatabase(args, declaration, terminal)
    try {
      const report = await migrate(database, declaration.schema, optionsOf(args, declaration, terminal))
      tell(report, args, terminal)
    } finally {
      await database.close()
    }
    return 0
  } catch (error) {
    terminal.error(explainFailure(error))
    return 1
  }
}

function withoutDatabase(args: MigrateArguments, { schema }: Declaration, terminal: Terminal): number {
  if (args.print) {
    const { steps, drift } = planMigration(schema, FRESH_DATABASE)
    refuse(drift)
    terminal.out(formatMigration(steps).trimEnd())
    return 0
  }
  terminal.error(
    'No database is named. Set DATABASE_URL, give --database postgres://… or a folder, or see the SQL for a fresh one with --print.',
  )
  return 1
}

function optionsOf(
  args: MigrateArguments,
  { schema, access, authenticate }: Declaration,
  terminal: Terminal,
): MigrateOptions {
  const named = args.dependsOn?.split(',').map((table) => table.trim()) ?? []
  // A2: a deleted session is seen at once only if its table is watched.
  const sessions = [authenticate ?? []].flat().flatMap(({ dependsOn = [] }) => dependsOn)
  return {
    dependsOn: [...(access ? guardTables(schema, access, sessions) : sessions), ...named],
    ...(access ? { ruleNames: guardNames(schema, access) } : {}),
    print: args.print ?? false,
    addColumns: args.addColumns ?? false,
    mendRooms: args.mendRooms ?? false,
    onStep: (step) => terminal.out(titleOf(step)),
  }
}

function tell({ steps, drift, sql }: MigrationReport, { print }: MigrateArguments, terminal: Terminal): void {
  for (const { message } of drift as readonly Drift[]) terminal.error(`${print ? '-- ' : ''}${message}`)
  if (print) terminal.out(sql.trimEnd())
  else if (steps.length === 0) terminal.out('The database is as declared.')
}

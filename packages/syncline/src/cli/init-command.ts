/** `syncline init`: reads an existing database and writes the schema that it would have been made from. */
import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { defineCommand } from 'citty'
import { migrate, type MigrationReport } from '../postgres/capture/migrate.ts'
import type { Database } from '../postgres/database.ts'
import { chooseDatabase } from './choose-database.ts'
import { explainFailure } from './explain-failure.ts'
import { type Catalog, readCatalog } from './init/catalog.ts'
import { declarePlan } from './init/declare-plan.ts'
import type { SchemaPlan } from './init/plan.ts'
import { planSchema } from './init/plan-schema.ts'
import { renderAccess } from './init/render-access.ts'
import { renderSchema } from './init/render-schema.ts'
import { summaryOf, warningsOf } from './init/summary.ts'
import { type Terminal, terminal } from './terminal.ts'
import { refuseExisting, writeText } from './write-file.ts'

interface InitArguments {
  readonly database?: string
  readonly out: string
  readonly force?: boolean
  readonly yes?: boolean
  readonly print?: boolean
}

export const initCommand = defineCommand({
  meta: { name: 'init', description: 'Writes a schema for an existing database; changes nothing in it' },
  args: {
    database: {
      type: 'string',
      description:
        'Connection string, or folder of the embedded database; DATABASE_URL or DATA_DIR otherwise',
      valueHint: 'url',
    },
    out: {
      type: 'string',
      description: 'File to write; `access.ts` is written beside it',
      valueHint: 'path',
      default: 'schema.ts',
    },
    force: { type: 'boolean', description: 'Replace an existing schema file' },
    yes: { type: 'boolean', description: 'The same as --force' },
    print: {
      type: 'boolean',
      description: 'Print the schema and the SQL of `migrate`, and write nothing',
    },
  },
  async run({ args }) {
    process.exitCode = await runInit(args, terminal)
  },
})

/** Does what the command says; returns the exit code. */
async function runInit(args: InitArguments, to: Terminal): Promise<number> {
  const file = resolve(args.out)
  try {
    if (!args.print) refuseExisting(file, args.force ?? args.yes ?? false)
    refuseMissingFolder(args.database)
    const database = chooseDatabase(args.database)
    if (database === undefined) {
      to.error('No database is named. Set DATABASE_URL, or give --database postgres://… or a folder.')
      return 1
    }
    try {
      await describe(database, file, args, to)
    } finally {
      await database.close()
    }
    return 0
  } catch (error) {
    to.error(explainFailure(error))
    return 1
  }
}

/** Opening the embedded database would make the folder, and this command changes nothing. */
function refuseMissingFolder(named: string | undefined): void {
  if (named === undefined || /^\w+:\/\//.test(named) || existsSync(named)) return
  throw new Error(
    `There is no folder \`${named}\`. Give the folder of an embedded database, or a connection string (postgres://…).`,
  )
}

async function describe(database: Database, file: string, args: InitArguments, to: Terminal): Promise<void> {
  const catalog = await readCatalog(database)
  const plan = planSchema(catalog)
  refuseEmpty(catalog, plan)
  const code = renderSchema(plan, `\`${catalog.database}\``)
  const report = await migrate(database, declarePlan(plan), { print: true })
  if (args.print) to.out(`${code}\n/* What migrate would run:\n\n${report.sql.replaceAll('*/', '* /')}*/`)
  else write(file, code, plan, report, to)
  for (const warning of [...warningsOf(catalog, plan), ...report.drift.map(({ message }) => message)]) {
    to.error(warning)
  }
}

function write(file: string, code: string, plan: SchemaPlan, report: MigrationReport, to: Terminal): void {
  writeText(file, code)
  const accessFile = join(dirname(file), 'access.ts')
  const isNew = !existsSync(accessFile)
  if (isNew) writeText(accessFile, renderAccess(plan, `./${basename(file).replace(/\.([cm]?)ts$/, '.$1js')}`))
  const named = (path: string) => relative(process.cwd(), path) || path
  to.out(summaryOf(plan, report, named(file), isNew ? named(accessFile) : undefined))
}

function refuseEmpty({ database, role, tables }: Catalog, { models, leftOut }: SchemaPlan): void {
  if (models.length > 0) return
  if (tables.length === 0) {
    throw new Error(
      `Database \`${database}\` has no tables that role \`${role}\` can see. Name another database with --database, use the role that owns the tables, or begin with a schema of your own: migrate makes its tables.`,
    )
  }
  throw new Error(
    `Database \`${database}\` has no table that can synchronise as it is:\n${leftOut.map(({ what, why }) => `  - ${what}: ${why}`).join('\n')}`,
  )
}

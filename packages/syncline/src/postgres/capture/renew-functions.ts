/**
 * Makes capture functions anew whose table has columns of other types than they were made for.
 *
 * A session that wrote the table before would be refused by the plans that it keeps (42804), on every update of any
 * column, until it ends. Where a column is gone, nothing but a migration helps.
 */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import type { Connection } from '../database.ts'
import { slugOf } from './captured-table.ts'
import { type ColumnTypes, readColumnsNote, typesOf, withColumnsNote } from './columns-note.ts'
import { DESCRIBE_TABLES } from './describe-tables-query.ts'
import type { TableDescription } from './describe-database.ts'

export interface Renewal {
  /** Tables, as declared, whose functions were made anew. */
  readonly renewed: readonly string[]
  /** Tables whose functions are for columns of other types, and belong to a role that this one is no member of. */
  readonly outdated: readonly string[]
  /** Columns that functions read and that are gone: writing the table fails. */
  readonly missing: readonly { readonly table: string; readonly column: string }[]
}

interface CaptureFunction {
  readonly name: string
  readonly definition: string
  readonly isOurs: boolean
}

const FUNCTIONS = `select p.proname as name, pg_get_functiondef(p.oid) as definition,
    pg_has_role(p.proowner, 'USAGE') as "isOurs"
  from pg_proc p where p.pronamespace = to_regnamespace('syncline') and p.prokind = 'f'
    and p.prosrc like '%-- made for columns: %'`

/** One at a time makes functions anew: another would be refused the row of the catalog. `SyncRnew` in ASCII. */
const RENEW_LOCK = '6014960150193365367'

/** Looks once, inside the caller's transaction. */
export async function renewFunctions(
  connection: Pick<Connection, 'query'>,
  schema: CompiledSchema,
): Promise<Renewal> {
  const models = Object.values(schema.models)
  const functions = await connection.query<CaptureFunction>(FUNCTIONS)
  const tables = await connection.query<{ written: string; description: string }>(DESCRIBE_TABLES, [
    models.map(({ table }) => table),
  ])
  const types = new Map(
    tables.map(({ written, description }) => [
      written,
      typesOf((JSON.parse(description) as TableDescription).columns),
    ]),
  )
  const found = models.flatMap((model) => differences(model, types.get(model.table), functions))
  const stale = found.filter(({ isStale }) => isStale)
  const mine = stale.filter(({ isOurs }) => isOurs)
  const isTurn = mine.length > 0 && (await takeTurn(connection))
  if (isTurn) for (const { renewal } of mine) await connection.query(renewal)
  const missing = found.flatMap(({ table, gone }) => gone.map((column) => ({ table, column })))
  return {
    renewed: isTurn ? distinct(mine) : [],
    outdated: distinct(stale.filter(({ isOurs }) => !isOurs)),
    missing: missing.filter(
      ({ table, column }, index) =>
        missing.findIndex((other) => other.table === table && other.column === column) === index,
    ),
  }
}

/** How the functions of a model's table differ from the table. */
function differences(
  { table }: Model,
  types: ColumnTypes | undefined,
  functions: readonly CaptureFunction[],
) {
  if (types === undefined) return []
  const own = ['stamp', 'log', 'move', 'mark'].map((kind) => `${kind}_${slugOf(table)}`)
  return functions
    .filter(({ name }) => own.includes(name))
    .map(({ definition, isOurs }) => {
      const madeFor = readColumnsNote(definition) ?? {}
      const gone = Object.keys(madeFor).filter((column) => types[column] === undefined)
      const now = Object.fromEntries(
        Object.entries(madeFor).map(([column, type]) => [column, types[column] ?? type]),
      )
      const isStale = Object.keys(madeFor).some((column) => madeFor[column] !== now[column])
      return { table, isOurs, gone, isStale, renewal: withColumnsNote(definition, now) }
    })
}

async function takeTurn(connection: Pick<Connection, 'query'>): Promise<boolean> {
  const [answer] = await connection.query<{ taken: boolean }>(
    `select pg_try_advisory_xact_lock(${RENEW_LOCK}) as taken`,
  )
  return answer?.taken === true
}

function distinct(found: readonly { readonly table: string }[]): string[] {
  return [...new Set(found.map(({ table }) => table))]
}

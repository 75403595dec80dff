/** What a database already has, as far as capture needs to know: read from its catalog in a few queries. */
import type { Connection } from '../database.ts'
import { DESCRIBE_TABLES } from './describe-tables-query.ts'

export interface ColumnDescription {
  readonly name: string
  /** Name of the type in the catalog (`int4`, `varchar`); of a domain, of what it is based on; of an array, of its elements. */
  readonly type: string
  readonly isArray: boolean
  readonly isEnum: boolean
  /** Labels of an enum type. */
  readonly labels: readonly string[]
  readonly isNotNull: boolean
  readonly hasDefault: boolean
  /** Stored or virtual generated column. */
  readonly generated: 'stored' | 'virtual' | null
  /** Columns that a generated column is made from. */
  readonly sources: readonly string[]
}

export interface TriggerDescription {
  readonly name: string
  /** Function, qualified: `syncline.log_cameras`. */
  readonly function: string
  readonly isEnabled: boolean
  /** Bits of `pg_trigger.tgtype`. */
  readonly type: number
  readonly definition: string
}

interface ForeignKeyDescription {
  readonly column: string
  /** Checked at the end of the transaction, or not yet for all rows. */
  readonly isLoose: boolean
}

export interface TableDescription {
  readonly schema: string
  readonly name: string
  /** `pg_class.relkind`: `r` a table, `p` a partitioned table, `v` a view, … */
  readonly kind: string
  readonly columns: readonly ColumnDescription[]
  readonly primaryKey: readonly string[]
  /** Columns that are unique by themselves. */
  readonly unique: readonly string[]
  /** Columns that an index begins with. */
  readonly indexed: readonly string[]
  /** Columns of the partition key; `*` stands for an expression. */
  readonly partitionKey: readonly string[]
  /** The role that asks, where row security hides rows of the table from it. */
  readonly filteredFor: string | null
  readonly leaves: readonly { schema: string; name: string; triggers: readonly TriggerDescription[] }[]
  readonly triggers: readonly TriggerDescription[]
  readonly foreignKeys: readonly ForeignKeyDescription[]
}

export interface DatabaseDescription {
  /** `server_version_num`. */
  readonly version: number
  /** Schema in which an unqualified table is made. */
  readonly defaultSchema: string
  /** By table as written in the declaration; missing ones are absent. */
  readonly tables: ReadonlyMap<string, TableDescription>
  /** Sources of the functions in schema `syncline`, by name. */
  readonly functions: ReadonlyMap<string, string>
  /** Comment on schema `syncline`: what its own tables were made from. */
  readonly mark: string | null
  /** Tables that have triggers of ours, qualified. */
  readonly captured: readonly string[]
}

/** A database without any of these tables, as a fresh one is. */
export const FRESH_DATABASE: DatabaseDescription = {
  version: 130_000,
  defaultSchema: 'public',
  tables: new Map(),
  functions: new Map(),
  mark: null,
  captured: [],
}

/** Describes the named tables (as in the declaration) and what `syncline` holds. */
export async function describeDatabase(
  connection: Pick<Connection, 'query'>,
  tables: readonly string[],
): Promise<DatabaseDescription> {
  const [facts] = await connection.query<{
    version: number
    schema: string | null
    mark: string | null
    captured: string[]
  }>(
    `select current_setting('server_version_num')::int4 as version, current_schema() as schema,
       (select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = 'syncline') as mark,
       array(select distinct n.nspname || '.' || c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid
         join pg_namespace n on n.oid = c.relnamespace join pg_proc p on p.oid = t.tgfoid
         where t.tgparentid = 0 and p.pronamespace = to_regnamespace('syncline'))::text[] as captured`,
  )
  const found = await connection.query<{ written: string; description: string }>(DESCRIBE_TABLES, [
    [...tables],
  ])
  const functions = await connection.query<{ name: string; source: string }>(
    "select proname as name, prosrc as source from pg_proc where pronamespace = to_regnamespace('syncline')",
  )
  return {
    version: facts?.version ?? 0,
    defaultSchema: facts?.schema ?? 'public',
    mark: facts?.mark ?? null,
    captured: facts?.captured ?? [],
    tables: new Map(
      found.map(({ written, description }) => [written, JSON.parse(description) as TableDescription]),
    ),
    functions: new Map(functions.map(({ name, source }) => [name, source])),
  }
}

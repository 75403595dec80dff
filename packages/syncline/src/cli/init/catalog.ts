/** What an existing database has, as `init` reads it: the application's tables with keys, references, enums and checks. */
import type { Connection } from '../../postgres/database.ts'
import { READ_CATALOG } from './catalog-query.ts'

export interface CatalogColumn {
  readonly name: string
  /** Name of the type in the catalog (`int4`); of a domain, of what it is based on; of an array, of its elements. */
  readonly type: string
  /** The type as a person writes it: `numeric(5,2)`, `year`. */
  readonly shown: string
  readonly isArray: boolean
  readonly isEnum: boolean
  readonly labels: readonly string[]
  readonly isNotNull: boolean
  /** Expression of the column's default, or of its domain's. */
  readonly default: string | null
  readonly isIdentity: boolean
  readonly generated: 'stored' | 'virtual' | null
  /** Definitions of the checks on this column alone, and of its domain's: `CHECK ((status = ANY (…)))`. */
  readonly checks: readonly string[]
}

interface CatalogForeignKey {
  readonly columns: readonly string[]
  readonly schema: string
  readonly table: string
  readonly targetColumns: readonly string[]
}

export interface CatalogTable {
  readonly schema: string
  readonly name: string
  /** `pg_class.relkind`: `r` a table, `p` a partitioned table, `v` and `m` views, `f` a foreign table. */
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f'
  /** Found without its schema's name. */
  readonly isVisible: boolean
  readonly owner: string
  /** This role may do what the owner may: only it can add columns and triggers. */
  readonly isOwned: boolean
  /** Other tables inherit from it. */
  readonly isInherited: boolean
  readonly columns: readonly CatalogColumn[]
  readonly primaryKey: readonly string[]
  /** Columns of unique indexes, those of the primary key included. */
  readonly uniques: readonly (readonly string[])[]
  /** Those of a partitioned table's partitions included. */
  readonly foreignKeys: readonly CatalogForeignKey[]
  readonly partitionKey: readonly string[]
}

export interface Catalog {
  readonly database: string
  readonly role: string
  /** `server_version_num`. */
  readonly version: number
  /** The role may make the schema `syncline`, or it is there. */
  readonly mayMigrate: boolean
  readonly tables: readonly CatalogTable[]
}

/** Reads the catalog; changes nothing. */
export async function readCatalog(connection: Pick<Connection, 'query'>): Promise<Catalog> {
  const [facts] = await connection.query<Omit<Catalog, 'tables'>>(
    `select current_database() as database, current_user as role, current_setting('server_version_num')::int4 as version,
       has_database_privilege(current_database(), 'CREATE') or to_regnamespace('syncline') is not null as "mayMigrate"`,
  )
  const found = await connection.query<{ description: string }>(READ_CATALOG)
  return {
    ...(facts as Omit<Catalog, 'tables'>),
    tables: found.map(({ description }) => JSON.parse(description) as CatalogTable),
  }
}

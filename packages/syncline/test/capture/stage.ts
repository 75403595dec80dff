/** A migrated database of its own, of each kind that Syncline runs on. */
import { inject } from 'vitest'
import { migrate } from '../../src/postgres/capture/migrate.ts'
import type { CaptureOptions } from '../../src/postgres/capture/capture-options.ts'
import type { Database } from '../../src/postgres/database.ts'
import { pglite } from '../../src/postgres/drivers/pglite.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import type { CompiledSchema } from '../../src/schema/model.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'

/** `PostgreSQL 15`, `PostgreSQL 18`, `PGlite`. */
export type Kind = string

const servers = inject('servers')

/** Every PostgreSQL of this run. */
export const SERVERS: readonly Kind[] = Object.keys(servers).map((major) => `PostgreSQL ${major}`)

/** Every kind of database. */
export const KINDS: readonly Kind[] = [...SERVERS, 'PGlite']

export interface Stage {
  readonly database: Database
  /** Null for PGlite. */
  readonly server: TestDatabase | null
  close(): Promise<void>
}

let engine: Database | undefined

/** Starting an engine takes seconds, so the tests of a file share one; it ends with their process. */
async function emptyEngine(): Promise<Database> {
  engine ??= pglite('memory://')
  await engine.query(
    'drop schema if exists syncline cascade; drop schema public cascade; create schema public; discard plans',
  )
  return engine
}

/** Opens an empty database. */
export async function openStage(kind: Kind): Promise<Stage> {
  if (kind === 'PGlite') return { database: await emptyEngine(), server: null, close: async () => {} }
  const server = await createTestDatabase(servers[kind.replace('PostgreSQL ', '')] as string)
  const database = postgres(server.url)
  return {
    database,
    server,
    async close() {
      await database.close()
      await server.drop()
    },
  }
}

/** Opens a database, runs SQL in it, and migrates it. */
export async function openMigrated(
  kind: Kind,
  schema: CompiledSchema,
  before = '',
  options: CaptureOptions = {},
): Promise<Stage> {
  const stage = await openStage(kind)
  if (before !== '') await stage.database.query(before)
  await migrate(stage.database, schema, options)
  return stage
}

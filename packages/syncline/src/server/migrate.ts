/** `migrate` for applications: takes what `createSync` takes, so that the triggers watch what the access rules read (A2). */
import type { Database } from '../postgres/database.ts'
import type { Drift } from '../postgres/capture/drift.ts'
import {
  checkCapture,
  findWrongRooms as findWrongRoomsOf,
  type MigrateOptions,
  type MigrationReport,
  migrate as migrateSchema,
} from '../postgres/capture/migrate.ts'
import type { User } from '../protocol/user.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { Access } from './access/declaration.ts'
import { guardNames, guardTables } from './access/guard-tables.ts'
import type { Authenticate } from './identity.ts'

/** The part of `SyncOptions` that decides what must be captured. */
export interface MigrationSubject<S extends Schema, U extends User = User> {
  readonly schema: S
  readonly database: Database
  readonly access: Access<S, U>
  /** Tables that prove sessions are watched, so that a deleted session ends its connections at once. */
  readonly authenticate?: Authenticate | readonly Authenticate[]
}

/**
 * Brings the database to what the schema and the access rules need; a second run does nothing.
 * @throws MigrationRefused when tables do not fit the declaration; nothing was changed then
 */
export function migrate<S extends Schema, U extends User = User>(
  { schema, database, access, authenticate = [] }: MigrationSubject<S, U>,
  options: Omit<MigrateOptions, 'dependsOn' | 'ruleNames'> = {},
): Promise<MigrationReport> {
  return migrateSchema(database, schema, {
    ...options,
    ...watched({ schema, database, access, authenticate }),
  })
}

/** How the database differs from what the schema and the access rules need; changes nothing. */
export function findDrift<S extends Schema, U extends User = User>(
  subject: MigrationSubject<S, U>,
): Promise<Drift[]> {
  return checkCapture(subject.database, subject.schema, watched(subject))
}

/** Records that are in a wrong room; reads whole tables, and changes nothing. */
export function findWrongRooms<S extends Schema, U extends User = User>(
  subject: MigrationSubject<S, U>,
): Promise<Drift[]> {
  return findWrongRoomsOf(subject.database, subject.schema, watched(subject))
}

/** Tables and columns that the access rules and the proofs of sessions read. */
function watched<S extends Schema, U extends User>({
  schema,
  access,
  authenticate = [],
}: MigrationSubject<S, U>) {
  const sessionTables = [authenticate].flat().flatMap(({ dependsOn = [] }) => dependsOn)
  return { dependsOn: guardTables(schema, access, sessionTables), ruleNames: guardNames(schema, access) }
}

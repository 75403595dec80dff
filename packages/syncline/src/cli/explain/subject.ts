/** What the commands of `explain` share: the arguments that name a schema and a database, and opening both. */
import type { Database } from '../../postgres/database.ts'
import { chooseDatabase } from '../choose-database.ts'
import { type Declaration, loadDeclaration } from '../load-declaration.ts'

export const SCHEMA_ARGUMENT = {
  type: 'string',
  description: 'Module that exports `schema`; `access` may be in access.ts beside it',
  valueHint: 'path',
} as const

export const DATABASE_ARGUMENT = {
  type: 'string',
  description: 'Connection string, or folder of the embedded database; DATABASE_URL or DATA_DIR otherwise',
  valueHint: 'url',
} as const

export interface SubjectArguments {
  readonly schema?: string
  readonly database?: string
}

export interface Subject {
  readonly declaration: Declaration
  readonly database: Database
}

/** Loads the declaration and opens the database; throws with the remedy. */
export async function openSubject(args: SubjectArguments): Promise<Subject> {
  const declaration = await loadDeclaration(args.schema)
  const database = chooseDatabase(args.database)
  if (database) return { declaration, database }
  throw new Error('No database is named. Set DATABASE_URL, or give --database postgres://… or a folder.')
}

/**
 * Brings the applications' own tables up to date, whatever version of the examples made them: each migration runs once,
 * all of them in one transaction.
 */
import type { Connection } from 'syncline/server'
import { accountsTables } from '../accounts/server/database/accounts-tables.ts'
import { crewAdditions } from '../stage/server/database/crew-additions.ts'
import { crewTables } from '../stage/server/database/crew-tables.ts'
import { keptReferences } from '../stage/server/database/kept-references.ts'
import { numberRanges } from '../stage/server/database/number-ranges.ts'
import { signalTables } from '../stage/server/database/signal-tables.ts'
import { isFirst } from './is-first.ts'

interface Migration {
  readonly name: string
  readonly statements: readonly string[]
}

/** Only ever added to. */
const migrations: readonly Migration[] = [
  { name: 'crew', statements: crewTables },
  { name: 'signal chain', statements: [...signalTables, ...crewAdditions] },
  { name: 'accounts', statements: accountsTables },
  { name: 'authors are forgotten by Syncline', statements: ['drop function forget_author cascade'] },
  { name: 'number ranges', statements: numberRanges },
  { name: 'kept references to the library', statements: keptReferences },
]

const DONE = `create table if not exists stage_migrations (
  name text primary key,
  done_at timestamptz not null default now()
)`

/** Runs what has not been run yet. */
export async function updateTables(connection: Pick<Connection, 'query'>): Promise<void> {
  // Two servers that start together on one database: the second waits, and finds it done.
  await connection.query(`select pg_advisory_xact_lock(hashtext('stage migrations'))`)
  await connection.query(DONE)
  for (const { name, statements } of migrations) {
    if (!(await isFirst(connection, name))) continue
    for (const statement of statements) await connection.query(statement)
  }
}

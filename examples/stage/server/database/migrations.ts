/**
 * Brings the application's own tables up to date, whatever version of the example made them: each migration runs once,
 * all of them in one transaction.
 */
import type { Connection } from 'syncline/server'
import { crewAdditions } from './crew-additions.ts'
import { crewTables } from './crew-tables.ts'
import { signalTables } from './signal-tables.ts'

interface Migration {
  readonly name: string
  readonly statements: readonly string[]
}

/** Only ever added to. */
const migrations: readonly Migration[] = [
  { name: 'crew', statements: crewTables },
  { name: 'signal chain', statements: [...signalTables, ...crewAdditions] },
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

/** Notes that something is done, unless it was; true the first time. */
export async function isFirst(connection: Pick<Connection, 'query'>, name: string): Promise<boolean> {
  const text = 'insert into stage_migrations (name) values ($1) on conflict do nothing returning name'
  return (await connection.query(text, [name])).length === 1
}

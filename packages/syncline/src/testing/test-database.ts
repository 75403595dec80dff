/** A fresh database per test file, cloned from a template in a few milliseconds. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'

export interface TestDatabase {
  readonly url: string
  readonly name: string
  /** Runs SQL as another program would (psql, Rails): on a connection of its own, outside Syncline. */
  query<T extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>
  /** Opens a further connection; closed by `drop` when the test has not. */
  connect(): Promise<pg.Client>
  drop(): Promise<void>
}

export interface TestDatabaseOptions {
  /** Name of a database to clone, made once by the caller. */
  template?: string
}

/** Creates a database on the server at `serverUrl` (a superuser's connection string). */
export async function createTestDatabase(
  serverUrl: string,
  options: TestDatabaseOptions = {},
): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(serverUrl, async (client) => {
    const template = options.template ? ` template ${options.template}` : ''
    await client.query(`create database ${name}${template}${await copying(client)}`)
  })
  const url = withDatabase(serverUrl, name)
  const clients = new Set<pg.Client>()
  const connect = async () => {
    const client = new pg.Client({ connectionString: url })
    // A server that the test kills takes its connections with it.
    client.on('error', () => {})
    await client.connect()
    clients.add(client)
    return client
  }
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  pool.on('error', () => {})
  return {
    url,
    name,
    query: async (text, values) => (await pool.query(text, values)).rows,
    connect,
    async drop() {
      await Promise.allSettled([...clients].map((client) => client.end()))
      await pool.end()
      await onServer(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`))
    },
  }
}

/** The same connection string for another database of that server. */
export function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

/** Files are copied five times faster than their pages are logged; before PostgreSQL 15 nothing else was possible. */
async function copying(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ server_version_num: string }>('show server_version_num')
  return Number(rows[0]?.server_version_num) >= 150_000 ? ' strategy file_copy' : ''
}

async function onServer(serverUrl: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

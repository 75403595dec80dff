/** Real PostgreSQL through `pg`: a pool for single statements and transactions, owned connections, a listener. */
import pg from 'pg'
import type { Connection, Database, Listener } from '../database.ts'
import { keepListening } from './listener.ts'
import {
  endClient,
  ownedConnection,
  PipelinedClient,
  runPipeline,
  runQuery,
  streamRows,
} from './pg-connection.ts'
import { resultTypes } from './result-types.ts'
import { sessionStatement } from './session-settings.ts'
import { limitStatements, namingLimit, STATEMENT_LIMIT_MS } from './statement-limit.ts'
import { runTransaction } from './transaction.ts'

export interface PostgresOptions {
  /** Most connections of the pool; connections opened with `connect` and `listen` come on top. @default 10 */
  poolSize?: number
  /** Longest wait for a connection, in ms. @default 10_000 */
  connectTimeoutMs?: number
  /**
   * Longest that a statement may take on the server, in ms; then it fails, and its connection serves others. It bounds
   * access rules, in reads and in writes. Loads of rooms may take ten times as long; transactions of the application
   * (`sync.as`), migrations, the tail and maintenance as long as the role may. A `statement_timeout` of the role or the
   * connection string holds instead; 0 sets none. @default 30_000
   */
  statementTimeoutMs?: number
  /** TLS as `pg` takes it; the connection string's `sslmode` otherwise. */
  ssl?: pg.ClientConfig['ssl']
}

/** Opens a database of a PostgreSQL server by its connection string. Connects when it is first used. */
export function postgres(url: string, options: PostgresOptions = {}): Database {
  const config = (name: string): pg.ClientConfig => ({
    connectionString: url,
    ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
    types: resultTypes,
    application_name: `syncline ${name}`,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  })
  const limit = limitStatements(options.statementTimeoutMs ?? STATEMENT_LIMIT_MS)
  const pool = openPool(config('pool'), options.poolSize ?? 10, limit)
  const owned = new Set<PipelinedClient>()
  const listeners = new Set<Listener>()

  const open = async (
    name: string,
    settings?: Readonly<Record<string, string>>,
  ): Promise<PipelinedClient> => {
    const client = new PipelinedClient(config(name))
    await client.connect()
    owned.add(client)
    void client.gone.then(() => owned.delete(client))
    try {
      await client.query(`${limit}; ${sessionStatement(settings)}`)
    } catch (error) {
      await client.end().catch(() => {})
      throw error
    }
    return client
  }

  return {
    kind: 'postgres',
    query: (text, values) => withClient(pool, (client) => runQuery(client, text, values)),
    transaction: (work, transactionOptions) =>
      withClient(pool, (client) =>
        runTransaction(client, borrowedConnection(client), work, transactionOptions),
      ),
    connect: async (name, settings) => ownedConnection(await open(name, settings)),
    async listen(channel, onWake) {
      const listener = await keepListening(() => open('listen'), channel, onWake)
      listeners.add(listener)
      return {
        close() {
          listeners.delete(listener)
          return listener.close()
        },
      }
    },
    async close() {
      await Promise.allSettled([...listeners].map((listener) => listener.close()))
      await Promise.allSettled([...owned].map(endClient))
      await pool.end()
    },
  }
}

function openPool(config: pg.ClientConfig, max: number, limit: string): pg.Pool {
  // The pool's type asks for a constructor without arguments, but it passes its configuration on.
  const pool = new pg.Pool({ ...config, max, Client: PipelinedClient as unknown as new () => pg.ClientBase })
  pool.on('error', () => {
    // An idle connection died; the pool has already replaced it.
  })
  // Sent first on every new connection: what follows is answered after it.
  pool.on('connect', (client) => void client.query(`${limit}; ${sessionStatement()}`).catch(() => {}))
  return pool
}

async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    return await work(client)
  } catch (error) {
    throw namingLimit(error)
  } finally {
    // A transaction still open here means that its rollback failed: the connection is of no further use.
    client.release(client.getTransactionStatus() !== 'I')
  }
}

function borrowedConnection(client: pg.PoolClient): Connection {
  return {
    query: (text, values) => runQuery(client, text, values),
    pipeline: (statements) => runPipeline(client, statements),
    stream: (statement, take) => streamRows(client, statement, take),
    closed: (client as pg.Client as PipelinedClient).gone,
    close: () =>
      Promise.reject(
        new Error('This connection belongs to a transaction. Let the work end, or throw, to close it.'),
      ),
  }
}

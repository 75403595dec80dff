/** One `pg` client as a `Connection`: rows as `resultTypes` says, pipelines in one packet, a death that is told and never thrown. */
import pg from 'pg'
import type { Connection, Parameter, Row, Statement } from '../database.ts'
import { type Answered, type PreparedStatement, startPrepared } from './prepared-query.ts'

/** A `pg` client that sends without waiting for answers, and whose loss never crashes the process. */
export class PipelinedClient extends pg.Client {
  /** The server's process, once connected; the type of `pg` does not name it. */
  get processId(): number | undefined {
    return (this as { processID?: number }).processID
  }

  /** Resolves when the connection is gone: with the reason, or with nothing after `end`. */
  readonly gone: Promise<Error | undefined>

  constructor(config: pg.ClientConfig) {
    super({ ...config, pipeline: true })
    let reason: Error | undefined
    // An 'error' event without a listener would end the process.
    this.on('error', (error: Error) => (reason ??= error))
    this.gone = new Promise((resolve) => this.on('end', () => resolve(reason)))
  }
}

/** A healthy server ends a connection within milliseconds; a silent network never does. */
const END_WITHIN_MS = 2_000

/** Ends a connection, whether or not anybody still answers at its other end. */
export async function endClient(client: PipelinedClient): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), END_WITHIN_MS)
  await client.end().finally(() => clearTimeout(timer))
}

/** Runs one statement; of several in one text, the rows of the last are returned. */
export async function runQuery<T = Row>(
  client: pg.ClientBase,
  text: string | Statement,
  values?: readonly Parameter[],
): Promise<T[]> {
  const statement: Statement = typeof text === 'string' ? { text, values } : text
  return new Promise((resolve, reject) =>
    startQuery(client, statement, (error, rows = []) => (error ? reject(error) : resolve(rows as T[]))),
  )
}

function startQuery(client: pg.ClientBase, statement: Statement, answered: Answered): void {
  if (isPrepared(statement)) return startPrepared(client, statement, answered)
  const { text, values } = statement
  client.query({ text, values: values as Parameter[] | undefined }).then(
    // The types of `pg` do not know of texts that hold several statements.
    (result: pg.QueryResult | pg.QueryResult[]) => answered(null, lastRows(result)),
    answered,
  )
}

function lastRows(result: pg.QueryResult | pg.QueryResult[]): Row[] {
  return (Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows) as Row[]
}

function isPrepared(statement: Statement): statement is PreparedStatement {
  return statement.name !== undefined
}

/** Runs one statement and hands its rows on as they come. */
export function streamRows(
  client: pg.ClientBase,
  { text, values }: Statement,
  take: (row: readonly unknown[]) => void,
): Promise<void> {
  // The types of `pg` do not know that a query takes what `client.query` takes.
  const config: pg.QueryArrayConfig = { text, values: values as Parameter[] | undefined, rowMode: 'array' }
  const query = new pg.Query<unknown[]>(config as pg.QueryConfig)
  return new Promise((resolve, reject) => {
    query.on('row', (row) => take(row as readonly unknown[]))
    query.on('end', () => resolve())
    query.on('error', reject)
    client.query(query)
  })
}

/** Sends all statements in one packet; the later ones run also when an earlier one fails, then its error is thrown. */
export function runPipeline(client: pg.Client, statements: readonly Statement[]): Promise<Row[][]> {
  if (statements.length === 0) return Promise.resolve([])
  const { stream } = client.connection
  return new Promise((resolve, reject) => {
    const answers: Row[][] = []
    let failure: { readonly index: number; readonly error: unknown } | undefined
    let open = statements.length
    // They need not arrive in the order of the statements: some are told by a promise.
    const fail = (index: number, error: unknown) => {
      if (!failure || index < failure.index) failure = { index, error }
    }
    const end = () => {
      if (--open > 0) return
      if (failure) reject(failure.error)
      else resolve(answers)
    }
    stream.cork()
    statements.forEach((statement, index) => {
      try {
        startQuery(client, statement, (error, rows = []) => {
          answers[index] = rows
          if (error) fail(index, error)
          end()
        })
      } catch (error) {
        fail(index, error)
        end()
      }
    })
    stream.uncork()
  })
}

/** A client that its holder owns, as a `Connection`. */
export function ownedConnection(client: PipelinedClient): Connection {
  return {
    processId: client.processId,
    query: (text, values) => runQuery(client, text, values),
    pipeline: (statements) => runPipeline(client, statements),
    stream: (statement, take) => streamRows(client, statement, take),
    closed: client.gone,
    close: () => endClient(client),
  }
}

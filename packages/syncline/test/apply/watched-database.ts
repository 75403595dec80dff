/** A database that tells what its owned connections send, and what PostgreSQL refuses. */
import type { Connection, Database, Statement } from '../../src/postgres/database.ts'

export interface Watched {
  readonly database: Database
  /** The statements of each round trip. */
  readonly sent: string[][]
  /** SQLSTATE of each failure. */
  readonly failures: string[]
}

export function watched(database: Database): Watched {
  const sent: string[][] = []
  const failures: string[] = []
  const noting = async <T>(texts: string[], work: Promise<T>): Promise<T> => {
    sent.push(texts)
    try {
      return await work
    } catch (error) {
      failures.push(String((error as { code?: unknown }).code))
      throw error
    }
  }
  const watch = (connection: Connection): Connection => ({
    ...connection,
    query: (text: string | Statement, values?: Parameters<Connection['query']>[1]) =>
      noting([typeof text === 'string' ? text : text.text], connection.query(text, values)),
    pipeline: (statements) =>
      noting(
        statements.map(({ text }) => text),
        connection.pipeline(statements),
      ),
  })
  return {
    database: { ...database, connect: async (...args) => watch(await database.connect(...args)) },
    sent,
    failures,
  }
}

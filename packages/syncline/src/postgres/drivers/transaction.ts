/** One transaction on one client: what every driver does around the caller's work. */
import type pg from 'pg'
import type { Connection, TransactionOptions } from '../database.ts'
import { LIFT_LIMIT } from './statement-limit.ts'

/**
 * Begins, runs `work`, commits; rolls back when `work` throws. A commit that PostgreSQL answers with ROLLBACK
 * (because `work` swallowed a failed statement) is an error, not a success.
 */
export async function runTransaction<T>(
  client: pg.ClientBase,
  connection: Connection,
  work: (connection: Connection) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  await client.query(beginStatement(options))
  let result: T
  try {
    result = await work(connection)
  } catch (error) {
    await client.query('rollback').catch(() => {
      // The connection is gone, and its transaction with it; the first error says why.
    })
    throw error
  }
  const { command } = await client.query('commit')
  if (command === 'ROLLBACK') {
    throw new Error(
      'The transaction was rolled back at commit, because one of its statements had failed and the error was caught inside. Let the error through, or use a savepoint around that statement.',
    )
  }
  return result
}

function beginStatement({ isolation, readOnly, isLimited }: TransactionOptions): string {
  const begin = `begin${isolation ? ` isolation level ${isolation}` : ''}${readOnly ? ' read only' : ''}`
  return isLimited ? begin : `${begin}; ${LIFT_LIMIT}`
}

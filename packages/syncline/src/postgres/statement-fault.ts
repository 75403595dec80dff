/** Tells a statement that cannot be run as it is from a database that runs none at the moment. */
import { isServerError } from './apply/sql-error.ts'

// Connection, transaction state, login, catalog, serialization, resources, locks, system: they say nothing of the statement.
const OF_THE_DATABASE: ReadonlySet<string> = new Set(['08', '25', '28', '3D', '40', '53', '55', '58'])

/** Whether the fault is the statement's own: a value that does not convert, a column that is gone, its time is up. */
export function isStatementFault(error: unknown): error is Error & { readonly code: string } {
  return isServerError(error) && !OF_THE_DATABASE.has(error.code.slice(0, 2)) && !error.code.startsWith('57P')
}

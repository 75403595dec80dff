/** Runs reads that must see one state of the database together, and no hole where the log is being pruned (L4). */
import type { Connection, Database } from '../database.ts'

/**
 * One read-only repeatable-read transaction, closed before the result is handed on. The log is locked against pruning
 * *before* the snapshot is taken: a snapshot older than the removal of a partition would show the old floor, and no rows.
 */
export function atOneSnapshot<T>(
  database: Database,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  return database.transaction(
    async (connection) => {
      await connection.query('lock table syncline.log in access share mode')
      return work(connection)
    },
    { isolation: 'repeatable read', readOnly: true, isLimited: true },
  )
}

/** Forgets where lives ended whose end the log has forgotten too. */
import type { Database } from '../database.ts'

const DELETED_AT_ONCE = 10_000

/** Deletes some tombstones below the retention floor; a later run deletes more. */
export async function pruneTombstones(database: Pick<Database, 'query'>): Promise<void> {
  const [found] = await database.query<{ exists: boolean }>(
    "select to_regclass('syncline.tombstones') is not null as exists",
  )
  // A log without capture: somebody else fills it.
  if (!found?.exists) return
  await database.query(
    `delete from syncline.tombstones where ctid = any(array(
       select ctid from syncline.tombstones where xid < (select floor from syncline.retention) limit ${DELETED_AT_ONCE}))`,
  )
}

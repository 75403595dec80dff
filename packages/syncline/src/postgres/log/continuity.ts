/** Whether a reader may continue from a cursor, asked in the snapshot in which it would read (L4). */
import type { Connection } from '../database.ts'
import { covers, type Cursor, firstUnseen, transactionId } from './cursor.ts'
import { readFingerprint } from './past-query.ts'
import type { SnapshotText } from '../log-row.ts'

/**
 * `pruned`: changes it has not seen are gone. `history`: it was issued in another life of this database.
 * `beyond`: it saw what has not happened here.
 */
export type RefusalReason = 'pruned' | 'history' | 'beyond'

/** The present as the caller's transaction sees it. */
export interface Present {
  readonly position: SnapshotText
  /** The database's clock after the snapshot was taken, in µs since 1970. */
  readonly readAtMicros: number
  readonly floor: number
  /** Id of the newest history row, null when there is none; marked when it came out of a dump. */
  readonly life: string | null
}

/** Where and when a statement reads. */
export const PLACE_COLUMNS = `pg_current_snapshot()::text as "position",
  (extract(epoch from clock_timestamp()) * 1000000)::bigint::text as "readAt"`

/** Columns of a `Present`, for any statement. */
export const PRESENT_COLUMNS = `${PLACE_COLUMNS},
  (select floor::text from syncline.retention) as floor,
  (select id || case when xmin = xid::xid then '' else ' restored' end
     from syncline.history order by history.xid desc limit 1) as life`

/** The present in the caller's snapshot. */
export async function readPresent(connection: Connection): Promise<Present> {
  const [present] = await connection.query<PresentRow>({
    name: 'syncline present',
    text: `select ${PRESENT_COLUMNS}`,
  })
  if (!present) throw new Error('The present of the log could not be read.')
  return toPresent(present)
}

/** `PRESENT_COLUMNS` as they arrive. */
export interface PresentRow {
  readonly position: string
  readonly readAt: string
  readonly floor: string
  readonly life: string | null
}

export function toPresent({ position, readAt, floor, life }: PresentRow): Present {
  return { position, readAtMicros: Number(readAt), floor: transactionId(floor), life }
}

/** Null when it may. Call it inside `atOneSnapshot`, and read in the same transaction. */
export async function whyNotContinued(
  connection: Connection,
  { snapshot, history }: Omit<Cursor, 'schema'>,
): Promise<RefusalReason | null> {
  const present = await readPresent(connection)
  if (!covers(present.position, snapshot)) return 'beyond'
  if (firstUnseen(snapshot) < present.floor) return 'pruned'
  return (await readFingerprint(connection, snapshot)) === history ? null : 'history'
}

/** Keeps and finds what a device's number stands for: a cursor for each channel. */
import type { Database } from '../database.ts'

export type CursorsByChannel = Readonly<Record<string, string>>

/** Numbers kept for each device: an answer that was lost is asked for again with the one before. */
const KEPT = 5

const FIND =
  'select cursors::text as cursors from syncline.positions where user_id = $1 and device = $2 and server_seq = $3'

const KEEP = `insert into syncline.positions (user_id, device, server_seq, cursors)
select $1, $2, coalesce(max(server_seq), 0) + 1, $3 from syncline.positions where user_id = $1 and device = $2
returning server_seq::text as server_seq`

/** Days after which a device of the user that asked no more loads everything again. */
const KEPT_DAYS = 30

const FORGET = `delete from syncline.positions where user_id = $1
and (device = $2 and server_seq <= $3::bigint - $4::bigint or at < clock_timestamp() - $5 * interval '1 day')`

/** The cursors behind a number; null when it stands for nothing (any more): everything is loaded again. */
export async function findCursors(
  database: Database,
  userId: string,
  device: string,
  serverSeq: string,
): Promise<CursorsByChannel | null> {
  const [row] = await database.query<{ cursors: string }>(FIND, [userId, device, serverSeq])
  return row ? (JSON.parse(row.cursors) as CursorsByChannel) : null
}

/** Gives the device a new number for these cursors, and forgets old ones. */
export function keepCursors(
  database: Database,
  userId: string,
  device: string,
  cursors: CursorsByChannel,
): Promise<number> {
  return database.transaction(async (connection) => {
    // Two pulls of one device at the same time would draw the same number.
    await connection.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `syncline positions ${userId} ${device}`,
    ])
    const [row] = await connection.query<{ server_seq: string }>(KEEP, [
      userId,
      device,
      JSON.stringify(cursors),
    ])
    const serverSeq = (row as { server_seq: string }).server_seq
    await connection.query(FORGET, [userId, device, serverSeq, KEPT, KEPT_DAYS])
    return Number(serverSeq)
  })
}

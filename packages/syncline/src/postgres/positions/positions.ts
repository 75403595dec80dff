/** Keeps and finds what a device's number stands for: a cursor for each channel. */
import type { Database } from '../database.ts'
import { placeLock } from './forget-places.ts'
import { type Asking, type GivenStep, keepGiven } from './given.ts'

export type CursorsByChannel = Readonly<Record<string, string>>

/** Numbers kept for each device: an answer that was lost is asked for again with the one before. */
const KEPT = 5

const FIND = `select coalesce(max(server_seq), 0)::text as newest,
  (select cursors::text from syncline.positions where user_id = $1 and device = $2 and server_seq = $3) as cursors
from syncline.positions where user_id = $1 and device = $2`

const KEEP = `insert into syncline.positions (user_id, device, server_seq, cursors)
select $1, $2, coalesce(max(server_seq), 0) + 1, $3 from syncline.positions where user_id = $1 and device = $2
returning server_seq::text as server_seq`

// Once a day at most: a poll every few seconds need not write the row it reads.
const TOUCH = `update syncline.positions set at = clock_timestamp()
where user_id = $1 and device = $2 and server_seq = $3 and at < clock_timestamp() - interval '1 day'`

const FORGET = `delete from syncline.positions where user_id = $1 and device = $2
and server_seq <= $3::bigint - ${KEPT}`

/** Where a device stands. */
export interface Place {
  /** Null when its number stands for nothing (any more): everything is loaded again. */
  readonly cursors: CursorsByChannel | null
  readonly asking: Asking
}

/** Finds the cursors behind a number, which is then in use. */
export async function findPlace(
  database: Database,
  userId: string,
  device: string,
  serverSeq: string,
): Promise<Place> {
  const asked = [userId, device, serverSeq]
  // First: what is in use is not forgotten while it is read.
  await database.query(TOUCH, asked)
  const [row] = await database.query<{ newest: string; cursors: string | null }>(FIND, asked)
  const { newest, cursors } = row as { newest: string; cursors: string | null }
  if (cursors === null) return { cursors, asking: { userId, device, settled: Number(newest) - KEPT } }
  const asking = { userId, device, settled: Number(serverSeq) }
  return { cursors: JSON.parse(cursors) as CursorsByChannel, asking }
}

/** Gives the device a new number for these cursors and what the answer says of its records, and forgets all but the last. */
export function keepCursors(
  database: Database,
  asking: Asking,
  cursors: CursorsByChannel,
  steps: readonly GivenStep[],
): Promise<number> {
  const { userId, device } = asking
  return database.transaction(async (connection) => {
    // Two pulls of one device at the same time would draw the same number.
    await connection.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      placeLock(userId, device),
    ])
    const [row] = await connection.query<{ server_seq: string }>(KEEP, [
      userId,
      device,
      JSON.stringify(cursors),
    ])
    const serverSeq = (row as { server_seq: string }).server_seq
    await keepGiven(connection, asking, serverSeq, steps)
    await connection.query(FORGET, [userId, device, serverSeq])
    return Number(serverSeq)
  })
}

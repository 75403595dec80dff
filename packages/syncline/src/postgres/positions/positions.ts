/** Keeps and finds what a device's number stands for: a cursor for each channel. */
import type { Database } from '../database.ts'
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

/** Days after which a device of the user that asked no more loads everything again. */
const KEPT_DAYS = 90

const FORGET = `delete from syncline.positions where user_id = $1
and (device = $2 and server_seq <= $3::bigint - $4::bigint or at < clock_timestamp() - $5 * interval '1 day')
returning device`

const FORGET_GIVEN = `delete from syncline.given as g where g.user_id = $1 and g.device = any($2)
and not exists (select from syncline.positions as p where p.user_id = $1 and p.device = g.device)`

/** Where a device stands. */
export interface Place {
  /** Null when its number stands for nothing (any more): everything is loaded again. */
  readonly cursors: CursorsByChannel | null
  readonly asking: Asking
}

/** Finds the cursors behind a number. */
export async function findPlace(
  database: Database,
  userId: string,
  device: string,
  serverSeq: string,
): Promise<Place> {
  const [row] = await database.query<{ newest: string; cursors: string | null }>(FIND, [
    userId,
    device,
    serverSeq,
  ])
  const { newest, cursors } = row as { newest: string; cursors: string | null }
  if (cursors === null) return { cursors, asking: { userId, device, settled: Number(newest) - KEPT } }
  const asking = { userId, device, settled: Number(serverSeq) }
  return { cursors: JSON.parse(cursors) as CursorsByChannel, asking }
}

/** Gives the device a new number for these cursors and what the answer says of its records, and forgets old ones. */
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
      `syncline positions ${userId} ${device}`,
    ])
    const [row] = await connection.query<{ server_seq: string }>(KEEP, [
      userId,
      device,
      JSON.stringify(cursors),
    ])
    const serverSeq = (row as { server_seq: string }).server_seq
    await keepGiven(connection, asking, serverSeq, steps)
    const gone = await connection.query<{ device: string }>(FORGET, [
      userId,
      device,
      serverSeq,
      KEPT,
      KEPT_DAYS,
    ])
    const others = [...new Set(gone.map((position) => position.device))].filter((other) => other !== device)
    if (others.length > 0) await connection.query(FORGET_GIVEN, [userId, others])
    return Number(serverSeq)
  })
}

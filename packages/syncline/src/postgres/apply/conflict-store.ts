/** Reads what `syncline.conflicts` keeps. */
import type { Database } from '../database.ts'
import type { Conflict, KeptConflict } from './writer.ts'

/** An entry of one user's conflict list. */
export interface StoredConflict {
  readonly userId: string
  readonly conflict: KeptConflict
}

interface Row {
  readonly user_id: string
  readonly conflict: string
  readonly is_own: boolean
}

// Of one's own: an op has a base, or its value met a deletion, which leaves none (`keep_lost`). The entry for the other
// author has neither: a deletion that lost against their value says that they have won.
const IS_OWN = `(c.base is not null or c.theirs is null and c.outcome = 'lost') as is_own`

const STORED = `select c.user_id, syncline.conflict_json(c) as conflict, ${IS_OWN} from syncline.conflicts c
  where c.id = any ($1::uuid[]) and c.seen_at is null
  order by array_position($1::uuid[], c.id)`

/** Of one user at most as many: an app that closes none has a list without end. */
const OPEN = `select u.user_id, open.conflict, open.is_own from unnest($1::text[]) as u (user_id)
  cross join lateral (
    select syncline.conflict_json(c) as conflict, ${IS_OWN} from syncline.conflicts c
     where c.user_id = u.user_id and c.seen_at is null order by c.at limit 1000) as open`

/** Those of these entries that nobody has closed, in the order of their ids here. */
export function storedConflicts(
  database: Pick<Database, 'query'>,
  ids: readonly string[],
): Promise<StoredConflict[]> {
  return read(database, 'syncline_stored_conflicts', STORED, ids)
}

/** The conflicts of these users that nobody has closed, each user's oldest first. */
export function openConflicts(
  database: Pick<Database, 'query'>,
  userIds: readonly string[],
): Promise<StoredConflict[]> {
  return read(database, 'syncline_open_conflicts', OPEN, userIds)
}

async function read(
  database: Pick<Database, 'query'>,
  name: string,
  text: string,
  names: readonly string[],
): Promise<StoredConflict[]> {
  const rows = await database.query<Row>({ name, text, values: [names] })
  return rows.map(({ user_id, conflict, is_own }) => ({
    userId: user_id,
    conflict: { ...(JSON.parse(conflict) as Conflict), isOwn: is_own },
  }))
}

/**
 * One read of the tail on its own connection: small ones in one statement, large ones in portions.
 *
 * However large a transaction is, it arrives whole (L5): as rows, or for a room with too many of them as the word that
 * the room is loaded again.
 */
import type { Connection, Row, Statement } from '../database.ts'
import type { LogRow, SnapshotText } from '../log-row.ts'
import { type ChangeRow, toLogRows } from './change-row.ts'
import { parseSnapshot, transactionId } from './cursor.ts'
import { type Present, type PresentRow, readPresent, toPresent } from './continuity.ts'
import type { PastChange } from './past.ts'
import { PORTION, READ_CHANGES_SQL, READ_NEXT_SQL } from './read-changes.ts'
import { CHANGE_COLUMNS, unseenChanges } from './unseen-changes.ts'

/** More changes of one room than this in one read, and the room is loaded again instead. */
export const ROOM_LIMIT = 20_000
/** Most changes that one read hands on; beyond it the largest rooms are loaded again. */
const READ_LIMIT = 100_000
/** Stands for the changes that belong to no room among the overflowing. */
const NO_ROOM = ''

/** What one read found; the present is the reader's next position. */
export interface ReadResult extends Present {
  readonly rows: readonly LogRow[]
  readonly overflowing: ReadonlySet<string>
  /** What the rows add to the past; null when some were left out, and it must be loaded anew. */
  readonly past: readonly PastChange[] | null
}

const NONE: ReadonlySet<string> = new Set()

/** The read after `position`, for any connection; `toReadResult` understands the answer. `few` changes are expected. */
export function readStatement(position: SnapshotText, few = false): Statement {
  return few && parseSnapshot(position).open.length === 0
    ? { name: 'syncline next', text: READ_NEXT_SQL, values: [position] }
    : { name: 'syncline read', text: READ_CHANGES_SQL, values: [position] }
}

/** Null when there was more than one answer holds, or no answer: `readLarge` then. */
export function toReadResult(answer: readonly Row[]): ReadResult | null {
  const [first] = answer as unknown as readonly [(PresentRow & { readonly seq: string | null })?]
  if (!first) return null
  const changes = first.seq === null ? (answer.slice(1) as unknown as ChangeRow[]) : inOrder(answer)
  if (changes.length > PORTION) return null
  const { position, readAtMicros, floor, life } = toPresent(first)
  // Member by member: it is made for each change that comes alone (`bench`: G3).
  return {
    position,
    readAtMicros,
    floor,
    life,
    rows: toLogRows(changes),
    overflowing: NONE,
    past: changes.map(toPastChange),
  }
}

function inOrder(answer: readonly Row[]): readonly ChangeRow[] {
  const changes = answer as unknown as readonly ChangeRow[]
  return changes.length === 1 ? changes : changes.toSorted((a, b) => Number(a.seq) - Number(b.seq))
}

/** Reads everything after `position` in one transaction, through a cursor of the server's. */
export async function readLarge(connection: Connection, position: SnapshotText): Promise<ReadResult> {
  await connection.query('begin isolation level repeatable read read only')
  try {
    await connection.query('lock table syncline.log in access share mode')
    const present = await readPresent(connection)
    const overflowing = await findOverflowing(connection, position)
    const changes = await readPortions(connection, position, [...overflowing])
    await connection.query('commit')
    return {
      ...present,
      rows: toLogRows(changes),
      overflowing,
      past: overflowing.size > 0 ? null : changes.map(toPastChange),
    }
  } catch (error) {
    await connection.query('rollback').catch(() => {})
    throw error
  }
}

async function findOverflowing(connection: Connection, position: SnapshotText): Promise<Set<string>> {
  const rooms = await connection.query<{ room: string; changes: string }>(
    `select coalesce(room, '${NO_ROOM}') as room, count(*)::text as changes
     from (${unseenChanges('room')}) change group by 1 order by count(*) desc`,
    [position],
  )
  let total = rooms.reduce((sum, { changes }) => sum + Number(changes), 0)
  const overflowing = new Set<string>()
  for (const { room, changes } of rooms) {
    if (Number(changes) <= ROOM_LIMIT && total <= READ_LIMIT) break
    overflowing.add(room)
    total -= Number(changes)
  }
  return overflowing
}

async function readPortions(
  connection: Connection,
  position: SnapshotText,
  without: readonly string[],
): Promise<ChangeRow[]> {
  const others = without.length > 0 ? `and coalesce(room, '${NO_ROOM}') <> all($2)` : ''
  await connection.query(
    `declare changes no scroll cursor for select * from (${unseenChanges(CHANGE_COLUMNS, others)}) change order by seq`,
    without.length > 0 ? [position, without] : [position],
  )
  const changes: ChangeRow[] = []
  for (;;) {
    const portion = await connection.query<ChangeRow>(`fetch ${PORTION} from changes`)
    for (const change of portion) changes.push(change)
    if (portion.length < PORTION) return changes
  }
}

/** What a row adds to the past. */
export function toPastChange({ xid, seq, at }: ChangeRow): PastChange {
  return { xid: transactionId(xid), seq: Number(seq), at }
}

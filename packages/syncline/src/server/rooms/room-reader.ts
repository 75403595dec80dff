/** Reads rooms from the database: first loads and catch-ups, as `postgres/log` does them. */
import type { Database } from '../../postgres/database.ts'
import { catchUp } from '../../postgres/log/catch-up.ts'
import type { Cursor } from '../../postgres/log/cursor.ts'
import {
  type LogPlace,
  type SnapshotPiece,
  type SnapshotTable,
  type TableRead,
  readSnapshot,
  roomReads,
  sharedReads,
} from '../../postgres/log/snapshot.ts'
import type { Tail } from '../../postgres/log/tail.ts'
import type { LogRow } from '../../postgres/log-row.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import type { ChannelTarget } from '../channel-target.ts'

/** Changes up to the place at which a reader then stands. */
export interface ReadChanges {
  readonly cursor: Cursor
  readonly rows: readonly LogRow[]
}

/** What belongs to a channel: the room of a record, or all of a shared model. Nothing for a user's own channel. */
export function readsOf(schema: CompiledSchema, target: ChannelTarget): TableRead[] {
  if (target.kind === 'room') return roomReads(schema, target.model, target.id)
  return target.kind === 'all' ? sharedReads(target.model) : []
}

/** Hears of the rows of a channel while they are read. */
export interface RowsFollower {
  /** The snapshot is taken; what follows is of it. */
  begin(cursor: Cursor): void
  piece(piece: SnapshotPiece): void
}

/** Reads a channel at a snapshot of its own. */
export async function readRoom(
  database: Database,
  schema: CompiledSchema,
  reads: readonly TableRead[],
  { begin, piece }: RowsFollower,
): Promise<readonly SnapshotTable[]> {
  const follower = {
    begin: ({ snapshot, history }: LogPlace) => begin({ snapshot, history, schema: schema.hash }),
    piece,
  }
  const read = await readSnapshot(database, reads, { follower })
  if (!read) throw new Error('A load without a check has ended without rows.')
  return read.tables
}

/**
 * Reads what a cursor has not seen of a room, up to the tail; null when it cannot be continued: it is of another
 * schema or another life, pruned, too far behind, or the room was emptied since.
 */
export async function catchUpRoom(
  database: Database,
  schema: CompiledSchema,
  tail: Tail,
  room: string,
  from: Cursor,
): Promise<ReadChanges | null> {
  if (from.schema !== schema.hash) return null
  const { position, history } = tail
  const result = await catchUp(database, { rooms: [room], cursor: from, upTo: position }, tail)
  if ('refused' in result || result.rows.some(({ action }) => action === 'truncate')) return null
  const { snapshot, rows } = result
  const isAhead = snapshot !== position
  return { rows, cursor: { snapshot, history: isAhead ? from.history : history, schema: schema.hash } }
}

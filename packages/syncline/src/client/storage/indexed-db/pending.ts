/**
 * What waits to be written. Writes that come while a transaction is under way are joined, record by record, and go
 * with the next one; what a transaction could not write is joined with what came after it.
 */
import type { StoreRecord } from '../../store/store-record.ts'
import type { RoomWrite, StoredDevice } from '../storage.ts'
import { recordKey } from '../../record-key.ts'

/** A room as packed pages. */
export interface PackedRoom {
  readonly cursor: string
  readonly schema: string
  readonly pages: readonly string[]
  readonly rows: number
}

/** New records, and null for those that went, by model and id. */
export interface PendingChange {
  readonly cursor: string
  readonly rows: ReadonlyMap<string, StoreRecord | null>
}

export type PendingRoom =
  | { readonly type: 'purge' }
  | { readonly type: 'change'; readonly change: PendingChange }
  | { readonly type: 'replace'; readonly room: PackedRoom; readonly change: PendingChange | undefined }

export interface Pending {
  readonly device: StoredDevice | undefined
  readonly rooms: ReadonlyMap<string, PendingRoom>
}

export const NOTHING_PENDING: Pending = { device: undefined, rooms: new Map() }

export function isNothing({ device, rooms }: Pending): boolean {
  return device === undefined && rooms.size === 0
}

/** Both, of which `newer` was written after `older`. */
export function joinPending(older: Pending, newer: Pending): Pending {
  const rooms = new Map(older.rooms)
  for (const [channel, room] of newer.rooms) rooms.set(channel, joinRooms(rooms.get(channel), room))
  return { device: newer.device ?? older.device, rooms }
}

function joinRooms(older: PendingRoom | undefined, newer: PendingRoom): PendingRoom {
  if (newer.type !== 'change' || !older) return newer
  // A room that is gone has nothing to change.
  if (older.type === 'purge') return older
  return { ...older, change: joinChanges(older.change, newer.change) }
}

function joinChanges(older: PendingChange | undefined, newer: PendingChange): PendingChange {
  if (!older) return newer
  // Grown in place: a burst of changes costs its own length, not that times the length of the queue.
  const rows = older.rows as Map<string, StoreRecord | null>
  for (const [key, record] of newer.rows) rows.set(key, record)
  return { cursor: newer.cursor, rows }
}

/** A change as it waits. */
export function pendingChange({
  cursor,
  put,
  remove,
}: Extract<RoomWrite, { type: 'change' }>): PendingChange {
  const rows = new Map<string, StoreRecord | null>()
  for (const { model, id } of remove) rows.set(recordKey(model, id), null)
  for (const record of put) rows.set(recordKey(record.model, record.fields.id), record)
  return { cursor, rows }
}

/** How many records wait. */
export function pendingRows({ rooms }: Pending): number {
  let rows = 0
  for (const room of rooms.values()) if (room.type !== 'purge') rows += room.change?.rows.size ?? 0
  return rows
}

export function partsOf(key: string): readonly [model: string, id: string] {
  const space = key.indexOf(' ')
  return [key.slice(0, space), key.slice(space + 1)]
}

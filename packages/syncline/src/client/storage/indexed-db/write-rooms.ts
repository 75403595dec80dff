/**
 * Rooms into their stores, inside one transaction: a cursor lies in the header of its room, and is written with the
 * rows that it covers (L2).
 */
import { newKey } from '../../new-id.ts'
import type { StoreRecord } from '../../store/store-record.ts'
import { type Transaction, under } from './database.ts'
import { pack } from './packing.ts'
import { putPages } from './pages.ts'
import type { PackedRoom, PendingChange, PendingRoom } from './pending.ts'
import { checkedHeader, type RoomHeader } from './room-header.ts'

/** What lies in the store `log` under `[channel, number]`. */
export interface LogRecord {
  /** Packed records. */
  readonly put: string
  /** Keys of records that went. */
  readonly gone: readonly string[]
}

/** What became of a room. */
export type RoomOutcome =
  | { readonly type: 'written'; readonly header: RoomHeader }
  /** Another page has written it since, or it cannot be written: what is stored stays as it is. */
  | { readonly type: 'taken' }
  /** There is no such room. */
  | { readonly type: 'absent' }

/** Writes a room; `revision` is the one that this page knows of. */
export function writeRoom(
  transaction: Transaction,
  channel: string,
  pending: PendingRoom,
  revision: number | undefined,
  tell: (outcome: RoomOutcome) => void,
): void {
  const rooms = transaction.store('rooms')
  transaction.onResult(rooms.get(channel), (stored) => {
    const header = checkedHeader(stored)
    const outcome = outcomeOf(transaction, channel, pending, header, revision)
    if (outcome.type === 'written') rooms.put(outcome.header, channel)
    tell(outcome)
  })
}

function outcomeOf(
  transaction: Transaction,
  channel: string,
  pending: PendingRoom,
  header: RoomHeader | undefined,
  revision: number | undefined,
): RoomOutcome {
  if (pending.type === 'change') {
    if (!header) return { type: 'absent' }
    if (revision !== undefined && revision !== header.revision) return { type: 'taken' }
    return appendChange(transaction, channel, header, pending.change)
  }
  removeRoom(transaction, channel)
  if (pending.type === 'purge') return { type: 'absent' }
  const fresh = putRoom(transaction, channel, pending.room, (header?.revision ?? 0) + 1)
  const { change } = pending
  return change ? appendChange(transaction, channel, fresh, change) : { type: 'written', header: fresh }
}

/** Removes a room and all that belongs to it. */
export function removeRoom(transaction: Transaction, channel: string): void {
  transaction.store('rooms').delete(channel)
  transaction.store('pages').delete(under(channel))
  transaction.store('log').delete(under(channel))
}

function putRoom(
  transaction: Transaction,
  channel: string,
  { cursor, schema, pages, rows }: PackedRoom,
  revision: number,
): RoomHeader {
  putPages(transaction, channel, pages)
  const empty = { logFrom: 0, logNext: 0, logRows: 0 }
  return {
    generation: newKey(),
    revision,
    cursor,
    schema,
    pages: pages.length,
    rows,
    ...empty,
    usedAt: Date.now(),
  }
}

function appendChange(
  transaction: Transaction,
  channel: string,
  header: RoomHeader,
  { cursor, rows }: PendingChange,
): RoomOutcome {
  const moved = { ...header, cursor, revision: header.revision + 1, usedAt: Date.now() }
  if (rows.size === 0) return { type: 'written', header: moved }
  const record = logRecord(rows)
  if (!record) return { type: 'taken' }
  transaction.store('log').put(record, [channel, header.logNext])
  const grown = { ...moved, logNext: header.logNext + 1, logRows: header.logRows + rows.size }
  return { type: 'written', header: grown }
}

function logRecord(rows: ReadonlyMap<string, StoreRecord | null>): LogRecord | undefined {
  const gone = [...rows].filter(([, record]) => record === null).map(([key]) => key)
  try {
    return { put: pack([...rows.values()].filter((record) => record !== null)), gone }
  } catch {
    // One room that cannot be packed must not keep the others, and the ops, from being written.
    return undefined
  }
}

/**
 * Puts new pages in place of the old ones and of the log up to `through`, unless the room was loaded anew since;
 * changes that were logged meanwhile stay.
 */
export function rewritePages(
  transaction: Transaction,
  channel: string,
  read: RoomHeader,
  pages: readonly string[],
  rows: number,
): void {
  const rooms = transaction.store('rooms')
  transaction.onResult(rooms.get(channel), (stored) => {
    const header = checkedHeader(stored)
    if (header?.generation !== read.generation || header.logFrom !== read.logFrom) return
    transaction.store('pages').delete(under(channel))
    putPages(transaction, channel, pages)
    transaction.store('log').delete(IDBKeyRange.bound([channel], [channel, read.logNext], false, true))
    const cut = { logFrom: read.logNext, logRows: header.logRows - read.logRows }
    // The rows are the same, so the revision is too.
    rooms.put({ ...header, pages: pages.length, rows, ...cut }, channel)
  })
}

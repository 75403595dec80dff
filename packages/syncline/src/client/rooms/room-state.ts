/**
 * One joined channel as data: where it stands, and what has arrived but is not whole yet.
 *
 *   L5 atomic   parts of a batch are kept here and handed to the store with the last one; chunks of a load are staged
 *               there, beside what is shown
 *   L4 no gap   after `snapshot` the old rows stay until the last chunk replaces them
 */
import type { Change } from '../../protocol/messages/change.ts'
import type { Rows as RowsMessage } from '../../protocol/messages/rows.ts'

export type RoomStatus =
  /** Asked for, nothing to show yet. */
  | 'joining'
  /** Rows of an earlier session are shown, or new ones are on their way. */
  | 'catching-up'
  /** Everything committed arrives as it happens. */
  | 'live'
  /** The right was lost, or the record is not there: the rows are gone. */
  | 'gone'
  /** The server refused for another reason; what is cached stays readable. */
  | 'error'
  | 'left'

export interface RoomState {
  readonly channel: string
  readonly status: RoomStatus
  readonly cursor: string | undefined
  /** Rows of this room are in the store. */
  readonly hasRows: boolean
  /** The server said on this connection that the room had caught up. */
  readonly isJoined: boolean
  readonly problem: { readonly code: string; readonly message: string } | undefined
  /** Chunks of a load are on their way, and some may be staged. */
  readonly isLoading: boolean
  /** Parts of a batch that is not whole yet. */
  readonly parts: readonly Change[]
}

export type RowsChunk = Pick<RowsMessage, 'model' | 'columns' | 'rows'>

/** What a room's message means for the store; each but `stage` is one store transaction. */
export type RoomEffect =
  | { readonly type: 'stage'; readonly chunk: RowsChunk }
  | { readonly type: 'replace'; readonly chunk: RowsChunk; readonly changes: readonly Change[] }
  | { readonly type: 'apply'; readonly changes: readonly Change[] }
  | { readonly type: 'purge' }
  /** The server will try again later. */
  | { readonly type: 'joinLater'; readonly afterMs: number }

export interface RoomStep {
  readonly room: RoomState
  readonly effect?: RoomEffect
}

/** A room that is about to be joined, perhaps from where the device has kept it; its rows are not there yet. */
export function joiningRoom(channel: string, cursor?: string): RoomState {
  return { ...NEW_ROOM, channel, cursor }
}

/** The rows that the device kept are shown. */
export function onShown(room: RoomState): RoomState {
  return { ...room, hasRows: true, status: room.status === 'joining' ? 'catching-up' : room.status }
}

/** The connection ended, or begins anew: what was staged will be sent again. */
export function rejoining(room: RoomState): RoomState {
  return {
    ...NEW_ROOM,
    channel: room.channel,
    cursor: room.cursor,
    hasRows: room.hasRows,
    // Until the answer: a room that is tried again and again says all the while why.
    problem: room.problem,
    status: unsettled(room),
  }
}

const NEW_ROOM: RoomState = {
  channel: '',
  status: 'joining',
  cursor: undefined,
  hasRows: false,
  isJoined: false,
  problem: undefined,
  isLoading: false,
  parts: [],
}

function unsettled({ hasRows }: RoomState): RoomStatus {
  return hasRows ? 'catching-up' : 'joining'
}

/** True while the server owes this room an answer to its join. */
export function isAwaited({ status }: RoomState): boolean {
  return status === 'joining' || status === 'catching-up'
}

export function onSnapshot(room: RoomState): RoomStep {
  return { room: { ...room, status: unsettled(room), isLoading: true, parts: [] } }
}

export function onRows(room: RoomState, chunk: RowsMessage): RoomStep {
  if (chunk.more) return { room: { ...room, isLoading: true }, effect: { type: 'stage', chunk } }
  const effect = { type: 'replace', chunk, changes: room.parts } as const
  return { room: whole({ ...room, hasRows: true }, chunk.cursor), effect }
}

export function onChanges(room: RoomState, changes: readonly Change[], cursor: string | undefined): RoomStep {
  const parts = room.parts.concat(changes)
  if (cursor === undefined || room.isLoading) return { room: { ...room, parts } }
  return { room: whole(room, cursor), effect: { type: 'apply', changes: parts } }
}

export function onJoined(room: RoomState, cursor: string): RoomStep {
  return { room: whole({ ...room, isJoined: true, hasRows: true }, cursor) }
}

/** A fresh cursor for a room in which nothing happened. */
export function onPong(room: RoomState, cursor: string): RoomState {
  const isWhole = room.status === 'live' && !room.isLoading && room.parts.length === 0
  return isWhole ? { ...room, cursor } : room
}

export function onGone(room: RoomState, code: string, message: string): RoomStep {
  const { channel } = room
  return {
    room: { ...NEW_ROOM, channel, status: 'gone', problem: { code, message } },
    effect: { type: 'purge' },
  }
}

// Both say that the channel is not this user's to read, now.
const GONE = new Set(['not_found', 'forbidden'])

export function onError(room: RoomState, code: string, message: string, retryAfterMs?: number): RoomStep {
  if (GONE.has(code)) return onGone(room, code, message)
  if (retryAfterMs !== undefined) {
    return {
      // Nothing comes any more until it is asked for again, and the answer begins anew.
      room: { ...rejoining(room), problem: { code, message } },
      effect: { type: 'joinLater', afterMs: retryAfterMs },
    }
  }
  return { room: { ...room, status: 'error', problem: { code, message } } }
}

function whole(room: RoomState, cursor: string | undefined): RoomState {
  const status = room.isJoined ? 'live' : unsettled(room)
  return { ...room, status, cursor: cursor ?? room.cursor, problem: undefined, isLoading: false, parts: [] }
}

/** A room that somebody holds: where it stands, and what it owes. */
import type { ServerMessage } from '../../protocol/server-message.ts'
import type { Source } from '../observable.ts'
import {
  onChanges,
  onError,
  onGone,
  onJoined,
  onRows,
  onSnapshot,
  type RoomState,
  type RoomStep,
} from './room-state.ts'

export interface HeldRoom {
  readonly source: Source<RoomState>
  holders: number
  /** The device's storage has said where the room stands. */
  isFound?: boolean
  /** Answers that wait for the cached rows, or for answers before them; absent when none need to. */
  early?: RoomMessage[] | undefined
  /** The server was asked on this connection. */
  isAsked?: boolean
  /** When it was asked last, by the device's clock. */
  askedAt: number
  /** A message could not be taken, so that it is missing from all that follows, until the room is asked for again. */
  isBroken?: boolean
  /** The server could not answer, and is asked again later: until then it owes nothing (W4). */
  cancelRetry?: (() => void) | undefined
}

export type RoomMessage = Extract<
  ServerMessage,
  { type: 'rows' | 'changes' | 'joined' | 'snapshot' | 'gone' | 'error' }
>

/** It will not be asked again before its time comes anew. */
export function stopRetry(room: HeldRoom): void {
  room.cancelRetry?.()
  room.cancelRetry = undefined
}

/** What a message makes of a room. */
export function stepOf(room: RoomState, message: RoomMessage): RoomStep {
  switch (message.type) {
    case 'rows':
      return onRows(room, message)
    case 'changes':
      return onChanges(room, message.changes, message.cursor)
    case 'joined':
      return onJoined(room, message.cursor)
    case 'snapshot':
      return onSnapshot(room)
    case 'gone':
      return onGone(
        room,
        message.reason,
        `The right to read \`${message.channel}\` is lost, so its rows were removed.`,
      )
    case 'error':
      return onError(room, message.code, message.message, message.retryAfterMs)
    default:
      // Of a newer server.
      return { room }
  }
}

/** Takes each out before it is handed on, so that others can be put behind, or all be dropped; then none wait any more. */
export function* drained(room: HeldRoom): Iterable<RoomMessage> {
  for (let next = room.early?.shift(); next; next = room.early?.shift()) yield next
  room.early = undefined
}

/** What asks for a room from where it stands. */
export function joinOf(channel: string, { cursor }: RoomState): { channel: string; cursor?: string } {
  return { channel, cursor }
}

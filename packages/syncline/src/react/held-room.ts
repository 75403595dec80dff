/** A room as the components of a page hold it: one join for all of them. */
import type { Client } from '../client/client.ts'
import type { Room } from '../client/rooms/room.ts'
import type { RoomStatus } from '../client/rooms/room-state.ts'
import { type ErrorCode, SynclineError } from '../protocol/errors.ts'
import type { Schema } from '../schema/define-schema.ts'
import { AWAITED, failed, FOUND, type Outcome, type RoomResult } from './results.ts'
import { type Origin, sameOr } from './shared.ts'

/** Joins in the next microtask: joining may change what is on the page, which no render may do to another. */
export function openRoom(
  client: Client<Schema>,
  model: string,
  id: string,
  refetch: () => void,
  onChange: () => void,
): Origin<RoomResult> {
  let isOpen = true
  let room: Room | undefined
  let mistake: unknown
  let stop = () => {}
  queueMicrotask(() => {
    if (!isOpen) return
    try {
      room = client.join(model, id)
      stop = room.status.subscribe(onChange)
    } catch (error) {
      mistake = error
    }
    onChange()
  })
  return {
    read(last) {
      const phase: RoomStatus = mistake ? 'error' : (room?.status.current ?? 'joining')
      const outcome = mistake ? failed(mistake as SynclineError) : outcomeOf(phase, room, last)
      return sameOr(last, { data: room, phase, refetch, ...outcome })
    },
    close() {
      isOpen = false
      stop()
      room?.leave()
    },
  }
}

function outcomeOf(phase: RoomStatus, room: Room | undefined, last: RoomResult | undefined): Outcome {
  if (phase === 'joining') return AWAITED
  if (phase === 'catching-up' || phase === 'live') return FOUND
  // The same fault is the same error object, so that nothing renders for it again.
  return last?.phase === phase && last.data === room ? last : failed(errorOf(phase, room))
}

function errorOf(phase: RoomStatus, room: Room | undefined): SynclineError {
  const { code = 'aborted', message = `The room is ${phase}. Join it again to read it.` } =
    room?.problem ?? {}
  return new SynclineError(code as ErrorCode, message, { channel: room?.channel })
}

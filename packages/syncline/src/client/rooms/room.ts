/** A joined room as the application holds it. */
import { type ErrorCode, SynclineError } from '../../protocol/errors.ts'
import { createSource, type Observable, partOf } from '../observable.ts'
import { isAwaited, type RoomState, type RoomStatus } from './room-state.ts'
import type { Rooms } from './rooms.ts'

export interface Room {
  readonly channel: string
  readonly status: Observable<RoomStatus>
  /** Why the room is `gone` or `error`. */
  readonly problem: { readonly code: string; readonly message: string } | undefined
  /** Resolves when the room has caught up; rejects when it cannot be had, or was left before. */
  whenLive(): Promise<void>
  /** Ends this hold; the last one ends the subscription and frees the rows. */
  leave(): void
}

/** Holds a channel. */
export function createRoom(rooms: Rooms, channel: string): Room {
  const { source } = rooms.hold(channel)
  const hold = createSource(true)
  const whole: Observable<RoomState> = {
    get current() {
      return source.current
    },
    subscribe(listener) {
      const stops = [source.subscribe(listener), hold.subscribe(listener)]
      return () => stops.forEach((stop) => stop())
    },
  }
  const leave = () => {
    if (hold.current) rooms.release(channel)
    hold.set(false)
  }
  return {
    channel,
    status: partOf(whole, ({ status }) => (hold.current ? status : 'left')),
    get problem() {
      return source.current.problem
    },
    whenLive: () => whenLive(source),
    leave,
  }
}

function whenLive(source: Observable<RoomState>): Promise<void> {
  return new Promise((resolve, reject) => {
    let stop = () => {}
    const check = () => {
      const { status, channel, problem } = source.current
      if (isAwaited(source.current)) return
      stop()
      if (status === 'live') resolve()
      else reject(failure(channel, status, problem))
    }
    stop = source.subscribe(check)
    check()
  })
}

function failure(channel: string, status: RoomStatus, problem: RoomState['problem']): SynclineError {
  if (problem) return new SynclineError(problem.code as ErrorCode, problem.message, { channel })
  return new SynclineError('aborted', `Channel \`${channel}\` is ${status}. Join it again to read it.`, {
    channel,
  })
}

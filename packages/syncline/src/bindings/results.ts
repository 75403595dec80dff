/** What a page reads. Names as in TanStack Query; how synchronisation stands is apart. */
import type { Included } from '../client/query/query.ts'
import type { Room } from '../client/rooms/room.ts'
import type { RoomStatus } from '../client/rooms/room-state.ts'
import type { SynclineError } from '../protocol/errors.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { ModelName, Row } from '../schema/row-types.ts'

/** A row with the related records that were asked for. */
export type ResultRow<S extends Schema, M extends ModelName<S>, N> = [N] extends [never]
  ? Row<S, M>
  : Row<S, M> & Included<S, M, N>

/**
 * How far a result is. `pending`: nothing to show yet; `success`: what the device has, kept up to date;
 * `error`: the room that holds it is not to be had.
 */
export interface Outcome {
  readonly status: 'pending' | 'success' | 'error'
  /** Why there is nothing: the room was refused, or the right to read it was lost. */
  readonly error: SynclineError | null
  /** Something is awaited and there is nothing to show yet; false for a hook that is switched off. */
  readonly isLoading: boolean
}

/** Rows of a query; empty, never undefined, while there are none. */
export interface QueryResult<Row> extends Outcome {
  readonly data: readonly Row[]
}

/** One record; undefined while it is awaited, and when there is none. */
export interface RecordResult<Row> extends Outcome {
  readonly data: Row | undefined
}

/** A room that components hold together; it is left when the last of them is gone, so it has no `leave`. */
export type SharedRoom = Omit<Room, 'leave'>

export interface RoomResult extends Outcome {
  /** The room, once it is joined. */
  readonly data: SharedRoom | undefined
  /** Where it stands; `catching-up` shows rows of an earlier session. */
  readonly phase: RoomStatus
  /** Joins again, after `error`. */
  readonly refetch: () => void
}

/** A result of a Suspense variant, which waits while it is pending and throws its error to the error boundary. */
export type Suspended<Result> = Omit<Result, 'status' | 'error' | 'isLoading'> & {
  readonly status: 'success'
  readonly error: null
  readonly isLoading: false
}

export function outcomeOf(status: Outcome['status'], error: SynclineError | null = null): Outcome {
  return { status, error, isLoading: status === 'pending' }
}

const AWAITED = outcomeOf('pending')

// On the server, and in the browser until the server's page is taken over: nothing has been read yet.
export const AWAITED_ROWS: QueryResult<never> = { ...AWAITED, data: [] }
export const AWAITED_RECORD: RecordResult<never> = { ...AWAITED, data: undefined }
export const AWAITED_ROOM: RoomResult = { ...AWAITED_RECORD, phase: 'joining', refetch() {} }

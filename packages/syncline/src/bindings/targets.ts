/** What a hook reads: rows of a query, one record or one room, as data that a render can make anew each time. */
import { openRoom } from './open-room.ts'
import { openRows } from './open-rows.ts'
import type { Page } from './page.ts'
import { type AnyQueryOptions, type AnyRow, queryKey, writeQuery } from './query-options.ts'
import {
  AWAITED_RECORD,
  AWAITED_ROOM,
  AWAITED_ROWS,
  type Outcome,
  type QueryResult,
  type RecordResult,
  type RoomResult,
} from './results.ts'
import type { Origin } from './shared.ts'

export interface Target<Result extends Outcome> {
  /** The same for targets that read the same; undefined for one that is switched off. */
  readonly key: string | undefined
  open(page: Page, onChange: () => void): Origin<Result>
  /** The result before anything was read. */
  readonly awaited: Result
}

/** An id, or nothing while the page does not know what to show. */
export type MaybeId = string | null | undefined

export function queryTarget(
  model: string,
  { enabled = true, ...options }: AnyQueryOptions = {},
): Target<QueryResult<AnyRow>> {
  return {
    key: enabled ? queryKey(model, options) : undefined,
    open: (page, onChange) =>
      openRows(page, writeQuery(page.client, model, options), model, options.where, onChange),
    awaited: AWAITED_ROWS,
  }
}

export function recordTarget(model: string, id: MaybeId): Target<RecordResult<AnyRow>> {
  return {
    key: id ? `record ${model} ${id}` : undefined,
    open: (page, onChange) =>
      openRows(page, page.client.record(model, id as string), model, { id }, onChange),
    awaited: AWAITED_RECORD,
  }
}

export function roomTarget(model: string, id: MaybeId): Target<RoomResult> {
  return {
    key: id ? `room ${model} ${id}` : undefined,
    open: (page, onChange) => openRoom(page, model, id as string, onChange),
    awaited: AWAITED_ROOM,
  }
}

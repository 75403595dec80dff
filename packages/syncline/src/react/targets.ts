/** What a hook reads: rows of a query, one record or one room, as data that a render can make anew each time. */
import type { PageCache } from './page-cache.ts'
import { type AnyQueryOptions, queryKey } from './query-options.ts'
import {
  AWAITED_RECORD,
  AWAITED_ROOM,
  AWAITED_ROWS,
  NO_RECORD,
  NO_ROOM,
  NO_ROWS,
  type Outcome,
} from './results.ts'
import type { Shared } from './shared.ts'

export interface Target<Result extends Outcome> {
  /** The same for targets that read the same; undefined for one that is switched off. */
  readonly key: string | undefined
  find(cache: PageCache): Shared<Result>
  /** The result on the server, and while its page is taken over. */
  readonly awaited: Result
  readonly off: Result
}

/** An id, or nothing while the page does not know what to show. */
export type MaybeId = string | null | undefined

export function queryTarget(model: string, { enabled = true, ...options }: AnyQueryOptions = {}) {
  return {
    key: enabled ? queryKey(model, options) : undefined,
    find: (cache: PageCache) => cache.query(model, options),
    awaited: AWAITED_ROWS,
    off: NO_ROWS,
  }
}

export function recordTarget(model: string, id: MaybeId) {
  return {
    key: keyOf(model, id),
    find: (cache: PageCache) => cache.record(model, id as string),
    awaited: AWAITED_RECORD,
    off: NO_RECORD,
  }
}

export function roomTarget(model: string, id: MaybeId) {
  return {
    key: keyOf(model, id),
    find: (cache: PageCache) => cache.room(model, id as string),
    awaited: AWAITED_ROOM,
    off: NO_ROOM,
  }
}

function keyOf(model: string, id: MaybeId): string | undefined {
  return typeof id === 'string' ? `${model} ${id}` : undefined
}

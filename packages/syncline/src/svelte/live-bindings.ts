/** The live bindings, typed by a schema: names of models, fields and relations complete, and rows have their types. */
import type { Readable } from 'svelte/store'
import type { Mutation } from '../bindings/follow-write.ts'
import type { MutationState } from '../bindings/mutation-state.ts'
import type { QueryOptions } from '../bindings/query-options.ts'
import type { QueryResult, RecordResult, ResultRow, RoomResult } from '../bindings/results.ts'
import type { MaybeId } from '../bindings/targets.ts'
import type { Client } from '../client/client.ts'
import type { Submission } from '../client/outbox/submissions.ts'
import type { SyncStatus } from '../client/sync-status.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { JoinableName, ModelName, RelationName, Row } from '../schema/row-types.ts'

/** Read by its getters (`cameras.data`), or as a store (`$cameras.data`). */
export type Live<Value> = Value & Readable<Value>

/** A value, or a function of what it depends on. */
type Given<Value> = Value | (() => Value)

/** How the last write stands, live, and what writes: `rename.mutate(id, name)`, `rename.status`, `$rename.status`. */
export type LiveMutation<Arguments extends readonly unknown[], Written> = Live<MutationState<Written>> &
  Pick<Mutation<Arguments, Written>, 'mutate' | 'reset'>

export interface LiveBindings<S extends Schema> {
  /** Reads rows, kept up to date. Equal options are one query, in however many components. */
  query<M extends ModelName<S>, const N extends RelationName<S, M> = never>(
    model: M,
    options?: Given<QueryOptions<S, M, N>>,
  ): Live<QueryResult<ResultRow<S, M, N>>>
  /** Reads one record, kept up to date. */
  record<M extends ModelName<S>>(model: M, id: Given<MaybeId>): Live<RecordResult<Row<S, M>>>
  /**
   * Joins a room, or `'mine'` or `'all'`, for the life of the component that calls it while it initialises. However
   * many do, it is joined once; it is left a few seconds after the last.
   */
  room(model: JoinableName<S>, id: Given<MaybeId>): Live<RoomResult>
  /** Reads how synchronisation stands. */
  status(): Live<SyncStatus>
  /** Follows the writes that `write` makes: `mutate` calls it with the client. */
  mutation<Arguments extends readonly unknown[], Written extends Submission>(
    write: (client: Client<S>, ...values: Arguments) => Written,
  ): LiveMutation<Arguments, Written>
}

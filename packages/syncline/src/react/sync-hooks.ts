/** The hooks, typed by a schema: names of models, fields and relations complete, and rows have their types. */
import type { ReactNode } from 'react'
import type { Mutation } from '../bindings/follow-write.ts'
import type { ResultRow } from '../bindings/results.ts'
import type { Client } from '../client/client.ts'
import type { EntityUpdate } from '../client/events.ts'
import type { Submission } from '../client/outbox/submissions.ts'
import type { SyncStatus } from '../client/sync-status.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { JoinableName, ModelName, RelationName, Row } from '../schema/row-types.ts'
import type { EntityName, ModelOf } from '../bindings/entity-name.ts'
import type { QueryOptions, SuspenseQueryOptions } from '../bindings/query-options.ts'
import type { QueryResult, RecordResult, RoomResult, SharedRoom, Suspended } from '../bindings/results.ts'
import type { MaybeId } from '../bindings/targets.ts'
import type { EntitySyncOptions } from './use-entity-sync.ts'

export interface SyncProviderProps<S extends Schema> {
  readonly client: Client<S>
  readonly children?: ReactNode
}

export interface SyncHooks<S extends Schema> {
  /** Gives a client to the components below. */
  SyncProvider<Own extends S>(props: SyncProviderProps<Own>): ReactNode
  /** Returns the client, for what has no hook. Reading rows from it while rendering is not followed: use `useQuery`. */
  useSyncClient(): Client<S>
  /** Reads rows, kept up to date. Equal options are one query, in however many components and renders. */
  useQuery<M extends ModelName<S>, const N extends RelationName<S, M> = never>(
    model: M,
    options?: QueryOptions<S, M, N>,
  ): QueryResult<ResultRow<S, M, N>>
  /** Reads one record, kept up to date. */
  useRecord<M extends ModelName<S>>(model: M, id: MaybeId): RecordResult<Row<S, M>>
  /**
   * Joins a room, or `'mine'` or `'all'`, for as long as a component uses it. However many do, it is joined once;
   * it is left a few seconds after the last.
   */
  useRoom(model: JoinableName<S>, id: MaybeId): RoomResult
  /** As `useQuery`, waiting in `<Suspense>` while the rows' rooms have nothing to show. */
  useSuspenseQuery<M extends ModelName<S>, const N extends RelationName<S, M> = never>(
    model: M,
    options?: SuspenseQueryOptions<S, M, N>,
  ): Suspended<QueryResult<ResultRow<S, M, N>>>
  /** As `useRecord`, waiting in `<Suspense>`; still undefined when there is no such record. */
  useSuspenseRecord<M extends ModelName<S>>(model: M, id: string): Suspended<RecordResult<Row<S, M>>>
  /** As `useRoom`, waiting in `<Suspense>` until there are rows to show, from the device or the server. */
  useSuspenseRoom(model: JoinableName<S>, id: string): Suspended<RoomResult> & { readonly data: SharedRoom }
  /** Follows the writes that `write` makes: `mutate` calls it with the client. */
  useMutation<Arguments extends readonly unknown[], Written extends Submission>(
    write: (client: Client<S>, ...values: Arguments) => Written,
  ): Mutation<Arguments, Written>
  /** Reads how synchronisation stands. */
  useSyncStatus(): SyncStatus
  /** Reads a part of it, and renders only when that is another: give a plain value, not a new object. */
  useSyncStatus<Selected>(select: (status: SyncStatus) => Selected): Selected
  /** Tells a component that holds a record itself, such as an open form, when it has changed. */
  useEntitySync<E extends EntityName<S>>(options: EntitySyncOptions<S, E, ModelOf<S, E>>): void
  /** Hears every confirmed change of an entity. */
  useEntityUpdates<E extends EntityName<S>>(
    entity: E,
    onUpdate: (event: EntityUpdate<S, ModelOf<S, E>>) => void,
  ): void
  /** Calls `refresh` after each batch of changes of an entity. */
  useRefreshOnChange(entity: EntityName<S>, refresh: () => void): void
}

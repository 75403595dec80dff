'use client'

/**
 * React: `import { createSyncHooks } from 'syncline/react'`.
 *
 * `createSyncHooks<typeof schema>()` gives hooks with the types of a schema. The same hooks are exported by name for
 * components that serve any schema; their rows have fields of unknown type.
 */
export { createSyncHooks } from './create-sync-hooks.ts'
export type { EntityName } from '../bindings/entity-name.ts'
export {
  SyncProvider,
  useEntitySync,
  useEntityUpdates,
  useMutation,
  useQuery,
  useRecord,
  useRefreshOnChange,
  useRoom,
  useSuspenseQuery,
  useSuspenseRecord,
  useSuspenseRoom,
  useSyncClient,
  useSyncStatus,
} from './hooks.ts'
export type { OrderBy, QueryOptions, SuspenseQueryOptions } from '../bindings/query-options.ts'
export type {
  QueryResult,
  RecordResult,
  ResultRow,
  RoomResult,
  SharedRoom,
  Suspended,
} from '../bindings/results.ts'
export type { SyncHooks, SyncProviderProps } from './sync-hooks.ts'
export type { EntityUpdate } from '../client/events.ts'
export type { EntitySyncOptions } from './use-entity-sync.ts'
export type { Mutation } from '../bindings/follow-write.ts'

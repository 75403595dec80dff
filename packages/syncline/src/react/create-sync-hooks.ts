import type { Schema } from '../schema/define-schema.ts'
import {
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
import type { SyncHooks } from './sync-hooks.ts'

const hooks: SyncHooks<Schema> = {
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
}

/**
 * Gives the hooks the types of a schema. Call it once, in a module of its own:
 * `export const { SyncProvider, useQuery, useRoom } = createSyncHooks<typeof schema>()`.
 */
export function createSyncHooks<S extends Schema>(): SyncHooks<S> {
  return hooks as unknown as SyncHooks<S>
}

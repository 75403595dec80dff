/**
 * Makes the hooks of one schema: `export const { SyncProvider, useQuery } = createSyncHooks<typeof schema>()`.
 *
 * Types come from the schema, the client from the nearest provider. Hooks of two schemas do not take each other's
 * client: each set looks for its own provider first.
 */
import { type Context, createContext, createElement, useContext } from 'react'
import type { Client } from '../client/client.ts'
import type { SyncStatus } from '../client/sync-status.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { AnyQueryOptions } from './query-options.ts'
import type { SyncHooks, SyncProviderProps } from './sync-hooks.ts'
import { type MaybeId, queryTarget, recordTarget, roomTarget } from './targets.ts'
import { useEntityUpdatesOf, useRefreshOnChangeOf } from './use-entity-events.ts'
import { type AnyEntitySyncOptions, useEntitySyncOf } from './use-entity-sync.ts'
import { useMutationOf } from './use-mutation.ts'
import { useStatusOf } from './use-status.ts'
import { useSuspenseTarget, useTarget } from './use-target.ts'

type AnyClient = Client<Schema>
type ClientContext = Context<AnyClient | undefined>

/** The nearest client, whichever set of hooks its provider is of. */
const Nearest: ClientContext = /* @__PURE__ */ createContext<AnyClient | undefined>(undefined)

const itself = (status: SyncStatus) => status

/** Makes hooks that know the models of a schema. Call it once, in a module of its own. */
export function createSyncHooks<S extends Schema>(): SyncHooks<S> {
  const Own: ClientContext = createContext<AnyClient | undefined>(undefined)

  function SyncProvider({ client, children }: SyncProviderProps<Schema>) {
    return createElement(Own, { value: client }, createElement(Nearest, { value: client }, children))
  }

  function useSyncClient(): AnyClient {
    const own = useContext(Own)
    const nearest = useContext(Nearest)
    const client = own ?? nearest
    if (client) return client
    throw new Error('There is no client above this component. Wrap the page in <SyncProvider client={…}>.')
  }

  const hooks = {
    SyncProvider,
    useSyncClient,
    useQuery: (model: string, options?: AnyQueryOptions) =>
      useTarget(useSyncClient(), queryTarget(model, options)),
    useRecord: (model: string, id: MaybeId) => useTarget(useSyncClient(), recordTarget(model, id)),
    useRoom: (model: string, id: MaybeId) => useTarget(useSyncClient(), roomTarget(model, id)),
    useSuspenseQuery: (model: string, options?: AnyQueryOptions) =>
      useSuspenseTarget(useSyncClient(), queryTarget(model, options)),
    useSuspenseRecord: (model: string, id: string) =>
      useSuspenseTarget(useSyncClient(), recordTarget(model, id)),
    useSuspenseRoom: (model: string, id: string) => useSuspenseTarget(useSyncClient(), roomTarget(model, id)),
    useMutation: (write: Parameters<typeof useMutationOf>[1]) => useMutationOf(useSyncClient(), write),
    useSyncStatus: (select: (status: SyncStatus) => unknown = itself) => useStatusOf(useSyncClient(), select),
    useEntitySync: (options: AnyEntitySyncOptions) => useEntitySyncOf(useSyncClient(), options),
    useEntityUpdates: (entity: string, onUpdate: () => void) =>
      useEntityUpdatesOf(useSyncClient(), entity, onUpdate),
    useRefreshOnChange: (entity: string, refresh: () => void) =>
      useRefreshOnChangeOf(useSyncClient(), entity, refresh),
  }
  // The schema says what the implementations need not know.
  return hooks as unknown as SyncHooks<S>
}

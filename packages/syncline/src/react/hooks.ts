/** The hooks, for whichever client the nearest provider gives. */
import { createContext, createElement, useContext, useSyncExternalStore } from 'react'
import type { Client } from '../client/client.ts'
import { IDLE, type SyncStatus } from '../client/sync-status.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { Outcome } from '../bindings/results.ts'
import { refuseOther } from './refuse-other.ts'
import type { SyncHooks } from './sync-hooks.ts'
import { queryTarget, recordTarget, roomTarget, type Target } from '../bindings/targets.ts'
import { useEntityUpdatesOf, useRefreshOnChangeOf } from './use-entity-events.ts'
import { useEntitySyncOf } from './use-entity-sync.ts'
import { useMutationOf } from './use-mutation.ts'
import { useSuspenseTarget, useTarget } from './use-target.ts'

type AnyClient = Client<Schema>
type Hooks = SyncHooks<Schema>

const Provided = /* @__PURE__ */ createContext<AnyClient | undefined>(undefined)

export const SyncProvider: Hooks['SyncProvider'] = ({ client, children }) => {
  refuseOther(client)
  return createElement(Provided.Provider, { value: client as unknown as AnyClient }, children)
}

export const useSyncClient: Hooks['useSyncClient'] = () => {
  const client = useContext(Provided)
  if (client) return client
  throw new Error('There is no client. Wrap the page in <SyncProvider client={…}>.')
}

/** The hook, with the client of the nearest provider. */
function withClient<Arguments extends readonly unknown[], Result>(
  useIt: (client: AnyClient, ...values: Arguments) => Result,
) {
  return (...values: Arguments): Result => useIt(useSyncClient(), ...values)
}

/** The hook that reads what `target` says. */
function reads<Arguments extends readonly unknown[], Result extends Outcome>(
  target: (...values: Arguments) => Target<Result>,
  useIt: (client: AnyClient, target: Target<Result>) => Result = useTarget,
) {
  return withClient((client, ...values: Arguments) => useIt(client, target(...values)))
}

// What rows, records and errors hold beyond what every schema has is known to the types of `SyncHooks` only.
export const useQuery = /* @__PURE__ */ reads(queryTarget) as unknown as Hooks['useQuery']
export const useRecord = /* @__PURE__ */ reads(recordTarget) as unknown as Hooks['useRecord']
export const useRoom: Hooks['useRoom'] = /* @__PURE__ */ reads(roomTarget)
export const useSuspenseQuery = /* @__PURE__ */ reads(
  queryTarget,
  useSuspenseTarget,
) as unknown as Hooks['useSuspenseQuery']
export const useSuspenseRecord = /* @__PURE__ */ reads(
  recordTarget,
  useSuspenseTarget,
) as unknown as Hooks['useSuspenseRecord']
export const useSuspenseRoom = /* @__PURE__ */ reads(
  roomTarget,
  useSuspenseTarget,
) as unknown as Hooks['useSuspenseRoom']
export const useMutation = /* @__PURE__ */ withClient(useMutationOf) as unknown as Hooks['useMutation']
export const useSyncStatus = /* @__PURE__ */ withClient(
  ({ status }, select: (status: SyncStatus) => unknown = (all) => all) =>
    // On the server, and while its page is taken over, nothing has been started.
    useSyncExternalStore(
      status.subscribe,
      () => select(status.current),
      () => select(IDLE),
    ),
) as Hooks['useSyncStatus']
export const useEntitySync = /* @__PURE__ */ withClient(useEntitySyncOf) as unknown as Hooks['useEntitySync']
export const useEntityUpdates = /* @__PURE__ */ withClient(
  useEntityUpdatesOf,
) as unknown as Hooks['useEntityUpdates']
export const useRefreshOnChange: Hooks['useRefreshOnChange'] =
  /* @__PURE__ */ withClient(useRefreshOnChangeOf)

/** How synchronisation stands, for a part of the page that shows it. */
import { useSyncExternalStore } from 'react'
import type { Client } from '../client/client.ts'
import type { SyncStatus } from '../client/sync-status.ts'
import type { Schema } from '../schema/define-schema.ts'

/** On the server, and while its page is taken over: nothing has been started. */
const ON_SERVER: SyncStatus = {
  status: 'idle',
  realtimeConnected: false,
  pending: 0,
  oldestPendingMs: undefined,
  lastSyncedAt: undefined,
  transport: 'socket',
  problem: undefined,
}

export function useStatusOf<Selected>(
  { status }: Client<Schema>,
  select: (status: SyncStatus) => Selected,
): Selected {
  const read = () => select(status.current)
  return useSyncExternalStore(status.subscribe, read, () => select(ON_SERVER))
}

/** How synchronisation stands, for a part of the page that shows it. */
import { useSyncExternalStore } from 'react'
import type { Client } from '../client/client.ts'
import { IDLE, type SyncStatus } from '../client/sync-status.ts'
import type { Schema } from '../schema/define-schema.ts'

export function useStatusOf<Selected>(
  { status }: Client<Schema>,
  select: (status: SyncStatus) => Selected,
): Selected {
  const read = () => select(status.current)
  // On the server, and while its page is taken over, nothing has been started.
  return useSyncExternalStore(status.subscribe, read, () => select(IDLE))
}

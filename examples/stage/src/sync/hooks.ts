/** Syncline's hooks with the types of this example's schema. */
import { createSyncHooks } from 'syncline/react'
import type { schema } from '../../schema.ts'

export const { SyncProvider, useQuery, useRecord, useRoom, useSyncClient, useSyncStatus } =
  createSyncHooks<typeof schema>()

/** Svelte 5: `import { live, useSync } from 'syncline/svelte'`. */
export type { QueryOptions } from '../bindings/query-options.ts'
export type { QueryResult, RecordResult, ResultRow, RoomResult, SharedRoom } from '../bindings/results.ts'
export { keepField } from '../markers/fields/keep-field.ts'
export { buildIdentifier } from '../markers/identifier.ts'
export { live } from './live.ts'
export type { Live, LiveBindings, LiveMutation } from './live-bindings.ts'
export {
  createDynamicSync,
  type Subscriptions,
  syncWithRails,
  useSync,
  useSyncState,
} from '../markers/svelte/use-sync.ts'

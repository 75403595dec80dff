/**
 * Svelte 5 pages that refresh, and all of `syncline/markers` with it: `import { syncRegistry, useSync } from
 * 'syncline/markers/svelte'`.
 */
export * from '../index.ts'
export { createDynamicSync, type Subscriptions, syncWithRails, useSync, useSyncState } from './use-sync.ts'

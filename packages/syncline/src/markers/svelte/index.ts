/** Svelte 5 pages that refresh: `import { useSync } from 'syncline/markers/svelte'`. */
export { type FieldKeeper, keepField, type KeepFieldOptions, type TextField } from '../fields/keep-field.ts'
export { buildIdentifier } from '../identifier.ts'
export { createDynamicSync, type Subscriptions, syncWithRails, useSync, useSyncState } from './use-sync.ts'

/** Svelte 5: `import { useSync } from 'syncline/svelte'`. */
export { buildIdentifier } from '../markers/identifier.ts'
export { createDynamicSync, type Subscriptions, syncWithRails, useSync } from './use-sync.ts'

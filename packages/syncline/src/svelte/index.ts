/** Svelte 5: `import { useSync } from 'syncline/svelte'`. */
export { keepField } from '../markers/fields/keep-field.ts'
export { buildIdentifier } from '../markers/identifier.ts'
export { createDynamicSync, type Subscriptions, syncWithRails, useSync } from './use-sync.ts'

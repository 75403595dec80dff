'use client'

/** React pages that refresh: `import { useSync } from 'syncline/markers/react'`. */
export { buildIdentifier } from '../identifier.ts'
export { TheirsNotice, type TheirsNoticeProps } from './theirs-notice.ts'
export { type KeptFieldState, type KeptInput, useKeptField } from './use-kept-field.ts'
export { useSync, useSyncState } from './use-sync.ts'

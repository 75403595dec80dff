/** The adapters take the real libraries' own types, as an application's bundler resolves them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, onTestFinished, test } from 'vitest'

const CODE = `
import { router } from '@inertiajs/core'
import { router as svelteRouter } from '@inertiajs/svelte'
import { QueryClient } from '@tanstack/react-query'
import type { Action } from 'svelte/action'
import { mutate, useSWRConfig } from 'swr'
import { buildIdentifier, inertiaPage, keepFields, native, svelteKit, subscribeToSync, swr, type SyncMessage, SyncRegistry, syncRegistry, tanstackQuery } from 'syncline/markers'
import { createDynamicSync, keepField } from 'syncline/markers/svelte'
import { syncWithRails, useSync } from 'syncline/svelte'

declare function invalidate(resource: string | URL | ((url: URL) => boolean)): Promise<void>

syncRegistry.configure({ transport: native('/sync'), page: keepFields(inertiaPage(router)) })
export const pages = [inertiaPage(svelteRouter), tanstackQuery(new QueryClient()), swr(mutate), svelteKit(invalidate)]
export const usePage = () => swr(useSWRConfig().mutate)
export const action: Action<HTMLInputElement, string> = keepField
export const subscribe: [typeof useSync, typeof createDynamicSync] = [useSync, createDynamicSync]

/** The reference's declaration. */
interface ReferenceRegistry {
  connect(): Promise<void>
  disconnect(): void
  subscribe(identifier: string, propName: string): void
  unsubscribe(identifier: string, propName: string): void
  clearSubscriptions(subscriptionMap: Record<string, string>): void
  performReload(): void
}
/** The fields that its class has, as they are read. */
interface ReferenceFields {
  readonly cable: object | null
  readonly channel: object | null
  readonly subscriptions: Map<string, Set<string>>
  readonly pendingReloads: Set<string>
  readonly isConnected: boolean
  debounceMs: number
  reconnectAttempts: number
  maxReconnectAttempts: number
  reconnectDelay: number
}
interface ReferenceOptions { debounceMs?: number; maxReconnectAttempts?: number; reconnectDelay?: number }
export const made: new (options?: ReferenceOptions) => ReferenceRegistry = SyncRegistry
export const shared: ReferenceRegistry & ReferenceFields = syncRegistry

interface ReferenceMessage {
  identifier: string
  action: 'create' | 'update' | 'destroy'
  timestamp: number
  type?: 'subscribed' | 'error'
  error?: string
}
export const received = (message: ReferenceMessage): SyncMessage => message
export const handed: (message: ReferenceMessage) => void = (message) => syncRegistry.handleMessage(message)
export const called = subscribeToSync('Account', 1, (message: ReferenceMessage) => describe(message))
export const told = subscribeToSync('Account', 1, ({ action, prop }) => action === 'remove' && prop)
function describe(message: SyncMessage): string {
  switch (message.action) {
    case 'create': return 'made'
    case 'update': return 'changed'
    case 'destroy': return 'gone'
    default: {
      const none: never = message.action
      return none
    }
  }
}
export const mapped: (mappings: Record<string, string>) => void = syncWithRails
export const identified: (model: string, id: string | null, collection?: string) => string | null = buildIdentifier
`

test('router, QueryClient, mutate and invalidate are what the adapters take, and the registry is the reference’s', () => {
  const folder = mkdtempSync(join(import.meta.dirname, '../../../../node_modules/.types-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'page.ts')
  writeFileSync(file, CODE)

  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
  })
  const mistakes = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))

  expect(mistakes).toEqual([])
})

import { useEffect, useSyncExternalStore } from 'react'
import type { Props, SubscribeOptions } from '../options.ts'
import { subscribeAll, syncRegistry } from '../subscribe.ts'
import type { SyncState } from '../transport.ts'

/**
 * Subscribes while the component is on the page: `useSync({ 'Account:all': ['accounts'] })`. The subscriptions may be
 * others in each render; only the difference is sent. Keys whose id is `null` or `undefined` are skipped.
 */
export function useSync(subscriptions: Readonly<Record<string, Props>>, options?: SubscribeOptions): void {
  const key = JSON.stringify([subscriptions, options])
  useEffect(() => {
    const [wanted, how] = JSON.parse(key) as [Readonly<Record<string, Props>>, SubscribeOptions | undefined]
    return subscribeAll(wanted, how ?? undefined)
  }, [key])
}

/** Reads whether markers come. */
export function useSyncState(): SyncState {
  const { status } = syncRegistry
  return useSyncExternalStore(
    status.subscribe,
    () => status.current,
    () => 'off',
  )
}

/** Subscriptions for the life of a Svelte component. */
import { onDestroy, onMount } from 'svelte'
import { createSubscriber } from 'svelte/reactivity'
import type { Props, SubscribeOptions } from '../options.ts'
import { subscribeAll, syncRegistry } from '../subscribe.ts'
import type { SyncState } from '../transport.ts'

/** Identifiers, each with the props that it reloads: `{ 'Account:all': 'accounts' }`. */
export type Subscriptions = Readonly<Record<string, Props>>

/**
 * Subscribes while the component is on the page. Call it while the component is made. Keys whose id is `null` or
 * `undefined` are skipped; for subscriptions that change, use `createDynamicSync`.
 */
export function useSync(subscriptions: Subscriptions, options?: SubscribeOptions): void {
  onMount(() => subscribeAll(subscriptions, options))
}

/** `useSync` by the name that applications with a Rails server know. */
export function syncWithRails(subscriptions: Subscriptions): void {
  useSync(subscriptions)
}

/**
 * Makes a function that sets the component's subscriptions, to call again, such as from an `$effect`, whenever they
 * are others. Only the difference is sent.
 */
export function createDynamicSync(options?: SubscribeOptions): (subscriptions: Subscriptions) => void {
  let stop = () => {}
  let isOver = false
  onDestroy(() => {
    isOver = true
    stop()
  })
  return (subscriptions) => {
    if (isOver) return
    const before = stop
    // The new ones first: what both have stays subscribed without a message.
    stop = subscribeAll(subscriptions, options)
    before()
  }
}

/** Reads whether markers come: `const sync = useSyncState()`, and `sync.current` wherever Svelte tracks it. */
export function useSyncState(): { readonly current: SyncState } {
  const { status } = syncRegistry
  const track = createSubscriber((update) => status.subscribe(update))
  return {
    get current() {
      track()
      return status.current
    },
  }
}

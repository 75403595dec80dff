/** Subscriptions for the life of a Svelte component. */
import { onDestroy, onMount } from 'svelte'
import type { Props, SubscribeOptions } from '../markers/options.ts'
import { subscribeAll } from '../markers/subscribe.ts'

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

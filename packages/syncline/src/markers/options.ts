import type { Clock } from './clock.ts'
import type { Page } from './page.ts'
import type { Transport } from './transport.ts'

/** What a registry is told. */
export interface SyncOptions {
  /** How markers come: `native('/sync')` or `actionCable('/cable')`. @default native('/sync') */
  readonly transport?: Transport
  /** How the page reloads: `inertiaPage(router)`, `tanstackQuery(queryClient)`, `swr(mutate)`, `svelteKit(invalidate)`, `fromFunction(reload)`. */
  readonly page?: Page
  /** Off, nothing is connected and every call does nothing: pages work as they do without. @default true */
  readonly enabled?: boolean
  /** How long markers are collected before a reload, in ms. @default what the page or the server says, else 300 */
  readonly debounceMs?: number
  /**
   * How often in a row a lost connection is tried again before it is given up, until the page is looked at again or the
   * device comes online. @default what the page says, else Infinity
   */
  readonly maxReconnectAttempts?: number
  /** Upper bound of the first wait before connecting again, in ms; it doubles to 30 s. @default 1_000 */
  readonly reconnectDelay?: number
  /** @default the machine's */
  readonly clock?: Clock
  /** For waiting times. @default Math.random */
  readonly random?: () => number
}

/** The same, complete where the default is the machine's. */
export type Settings = SyncOptions & Required<Pick<SyncOptions, 'clock' | 'random'>>

export interface SubscribeOptions {
  /** How long markers of this subscription wait for others, in ms. @default the registry's */
  readonly debounceMs?: number
}

/** Props as the functions here take them. */
export type Props = string | readonly string[]

/** Reads props that are written either way. */
export function propList(props: Props | undefined): readonly string[] {
  return typeof props === 'string' ? [props] : (props ?? [])
}

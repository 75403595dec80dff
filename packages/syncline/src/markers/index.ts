/**
 * Step 1, refresh: a page that loads its data its own way hears that some of it is stale, and reloads just that.
 *
 * ```ts
 * syncRegistry.configure({ transport: native('/sync'), page: inertiaPage(router) })
 * const stop = subscribeToModel('Account', account.id, ['account'])
 * ```
 */
export type { Clock } from './clock.ts'
export type { SynclineWindow } from './development.ts'
export { type FieldKeeper, keepField, type KeepFieldOptions, type TextField } from './fields/keep-field.ts'
export { keepFields, type KeepFieldsOptions } from './fields/keep-fields.ts'
export type { NoticeTexts } from './fields/notice.ts'
export { buildIdentifier, type MaybeId } from './identifier.ts'
export type { IncomingMessage, MarkerMessage, SyncMessage } from './message.ts'
export type { Observable } from './observable.ts'
export type { Props, SubscribeOptions, SyncOptions } from './options.ts'
export type { Page, PageHost, Place, Reload, ReloadEnd } from './page.ts'
export { fromFunction } from './pages/from-function.ts'
export { inertiaPage, type InertiaPageOptions, type InertiaRouter } from './pages/inertia-page.ts'
export { svelteKit, type SvelteKitOptions } from './pages/svelte-kit.ts'
export { swr, type MutateLike, type SwrOptions } from './pages/swr.ts'
export { tanstackQuery, type QueryClientLike, type TanstackQueryOptions } from './pages/tanstack-query.ts'
export { SyncRegistry } from './registry.ts'
export { subscribeAll, subscribeToModel, subscribeToSync, syncRegistry } from './subscribe.ts'
export type {
  Connection,
  SocketLike,
  SyncState,
  Transport,
  TransportHost,
  TransportSettings,
} from './transport.ts'
export { actionCable, type ActionCableOptions } from './transports/action-cable.ts'
export { native, type NativeOptions } from './transports/native.ts'

/** The registry that a page shares, and the functions that use it. */
import { buildIdentifier, type MaybeId } from './identifier.ts'
import type { MarkerMessage } from './message.ts'
import type { Props, SubscribeOptions } from './options.ts'
import { SyncRegistry } from './registry.ts'

/** The page's registry. Give it a page adapter first: `syncRegistry.configure({ page: inertiaPage(router) })`. */
export const syncRegistry: SyncRegistry = /* @__PURE__ */ new SyncRegistry()

// A server renders for everybody with this one registry: what it kept would never be taken back.
if (typeof document === 'undefined') {
  syncRegistry.subscribe = () => {}
  syncRegistry.listen = () => () => {}
}

/** Reloads props when a record changes, or any of a model with the id `'all'`. Returns the function that ends it. */
export function subscribeToModel(
  model: string,
  id: MaybeId,
  props?: Props,
  options?: SubscribeOptions,
): () => void {
  return subscribeAll({ [String(buildIdentifier(model, id))]: props ?? [] }, options)
}

/**
 * Calls back when a record changes, or any of a model with the id `'all'`. Returns the function that ends it.
 *
 * A callback may name what its wire sends: over Action Cable by identifier, `SyncMessage`.
 */
export function subscribeToSync<Message extends MarkerMessage = MarkerMessage>(
  model: string,
  id: MaybeId,
  callback: (message: Message) => void,
): () => void {
  return syncRegistry.listen(
    buildIdentifier(model, id),
    callback as unknown as (message: MarkerMessage) => void,
  )
}

/** Subscribes to several identifiers at once. Returns the function that ends all of it; a second call does nothing. */
export function subscribeAll(
  subscriptions: Readonly<Record<string, Props>>,
  options?: SubscribeOptions,
  registry: SyncRegistry = syncRegistry,
): () => void {
  for (const [identifier, props] of Object.entries(subscriptions))
    registry.subscribe(identifier, props, options)
  let isOver = false
  return () => {
    if (!isOver) registry.clearSubscriptions(subscriptions)
    isOver = true
  }
}

/**
 * What the components of one client's page use together: rooms, queries and records, each held once however many
 * components show it.
 */
import type { Client } from '../client/client.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { KnownRoom } from './room-knowledge.ts'
import { createShared, type Origin, type Shared } from './shared.ts'

export interface Page {
  readonly client: Client<Schema>
  /** What is held, by key. */
  readonly shared: Map<string, Shared<unknown>>
  /** The rooms among it. */
  readonly rooms: Set<KnownRoom>
  /** Hear when a room comes, goes, or stands elsewhere than before. */
  readonly watchers: Set<() => void>
}

const pages = new WeakMap<Client<Schema>, Page>()

/** Finds what a client's page holds by this key, or begins to hold it. */
export function share<Value>(
  client: Client<Schema>,
  key: string,
  open: (page: Page, onChange: () => void) => Origin<Value>,
): Shared<Value> {
  // One for all components, and gone with the client.
  const page = pages.get(client) ?? { client, shared: new Map(), rooms: new Set(), watchers: new Set() }
  pages.set(client, page)
  const shared =
    (page.shared.get(key) as Shared<Value> | undefined) ??
    createShared(
      (onChange) => open(page, onChange),
      () => page.shared.delete(key),
    )
  page.shared.set(key, shared)
  return shared
}

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

/** The page of a client; one for all its components, and gone with it. */
function pageOf(client: Client<Schema>): Page {
  let page = pages.get(client)
  if (!page) {
    page = { client, shared: new Map(), rooms: new Set(), watchers: new Set() }
    pages.set(client, page)
  }
  return page
}

/** Finds what the page holds by this key, or begins to hold it. */
export function share<Value>(
  client: Client<Schema>,
  key: string,
  open: (page: Page, onChange: () => void) => Origin<Value>,
): Shared<Value> {
  const page = pageOf(client)
  let shared = page.shared.get(key) as Shared<Value> | undefined
  if (!shared) {
    shared = createShared(
      (onChange) => open(page, onChange),
      () => page.shared.delete(key),
    )
    page.shared.set(key, shared)
  }
  return shared
}

/**
 * What developers are told when a page makes one client after the other: a component that calls `createClient` in its
 * body makes one for every render, and each keeps a connection. Left out of production as `development.ts` is.
 */
import type { Schema } from '../schema/define-schema.ts'
import type { ClientOptions } from './client-options.ts'
import { warn } from './warn.ts'

/** Two is what Strict Mode makes of a client that is made once. */
const MOST_ALIKE = 2

interface OpenClient {
  readonly client: object
  readonly url: string
  readonly user: string | undefined
}

interface Siblings {
  readonly open: Set<OpenClient>
  isTold: boolean
}

/** By schema. A client that nobody closed stays for as long as its connection does. */
const siblings = new WeakMap<object, Siblings>()

/** Remembers a client that was made, and warns when a page has too many of the same kind. */
export function noteClient<S extends Schema>(client: object, options: ClientOptions<S>): void {
  try {
    if (process.env.NODE_ENV !== 'production' && isPagesOwn(options)) {
      const { schema, url = '/sync', user } = options
      const all = siblings.get(schema) ?? { open: new Set(), isTold: false }
      siblings.set(schema, all)
      const made = { client, url, user: typeof user === 'object' ? user.id : user }
      all.open.add(made)
      const count = alike(all, made)
      if (count <= MOST_ALIKE || all.isTold) return
      all.isTold = true
      warn(
        `${count} clients of the same schema, address (${url}) and user are open in this page, each with a connection of its own. Call \`createClient\` once, outside of components (in a component's body it makes a client for every render), and \`close()\` a client before you make another.`,
      )
    }
  } catch {}
}

/** Forgets a client that was closed. */
export function noteClosed(client: { readonly schema: object }): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      const { open = new Set<OpenClient>() } = siblings.get(client.schema) ?? {}
      for (const each of open) if (each.client === client) open.delete(each)
    }
  } catch {}
}

/** Whether another client of the same kind is open, which may be the one that a page uses. */
export function hasTwin(schema: object, client: object): boolean {
  const all = siblings.get(schema)
  const own = [...(all?.open ?? [])].find((each) => each.client === client)
  return all !== undefined && own !== undefined && alike(all, own) > 1
}

function alike({ open }: Siblings, { url, user }: OpenClient): number {
  return [...open].filter((each) => each.url === url && each.user === user).length
}

/** Servers and tests may have any number: one for each request, or with sockets of their own. */
function isPagesOwn({ WebSocket, fetch }: Pick<ClientOptions<Schema>, 'WebSocket' | 'fetch'>): boolean {
  return 'document' in globalThis && WebSocket === undefined && fetch === undefined
}

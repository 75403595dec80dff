/** What a client is made with. */
import type { Schema } from '../schema/define-schema.ts'
import type { JoinableName } from '../schema/row-types.ts'
import type { Clock } from './clock.ts'
import type { Random } from './new-id.ts'
import type { ReconnectOptions } from './session/backoff.ts'
import type { Fetch } from './session/poller.ts'
import type { Storage } from './storage/storage.ts'

export interface ClientOptions<S extends Schema> {
  /** What synchronises; the same declaration as the server's. */
  readonly schema: S
  /** Where the server is: `/sync` on the page's own host, or a full address. @default '/sync' */
  readonly url?: string
  /**
   * Who uses the device, so that nobody sees or sends what another left (K3). The server decides by token or cookie,
   * and a session of somebody else is refused. A storage that outlives the page, as `indexedDb()`, needs it.
   */
  readonly user?: string | { readonly id: string }
  /** Proves who that is when no cookie does; a function is asked for every connection and when a token expires. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>)
  /**
   * Where the device keeps rows and unsent writes: `indexedDb()` in a browser. What `memory()` is given lives as long
   * as the page; it is the default because it is there on every platform, also where pages are rendered, and whoever
   * keeps rows on a device has to say whose they are (`user`). @default memory()
   */
  readonly storage?: Storage
  /**
   * Joined from the start and for as long as the client lives, so that they are there before a page asks: of a model
   * that is a room the records that the user may read (`mine`), of a shared one all. `true` names them all.
   * @default false
   */
  readonly joinAtStart?: boolean | readonly JoinableName<S>[]
  readonly reconnect?: ReconnectOptions
  /** A WebSocket to use instead of the platform's. */
  readonly WebSocket?: unknown
  /** A fetch to use instead of the platform's. */
  readonly fetch?: Fetch
  /** @default the machine's */
  readonly clock?: Clock
  /** Numbers in [0, 1) for waits, ids and keys; for tests that repeat. @default the platform's */
  readonly random?: Random
  /** Connects at once; otherwise with `connect()`. @default true */
  readonly autoConnect?: boolean
}

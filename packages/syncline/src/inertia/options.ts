/** What an application tells `createInertia` once. */
import type { Schema } from '../schema/define-schema.ts'
import type { Logger } from '../server/logger.ts'
import type { Metrics } from '../server/metrics.ts'
import type { PagePosition } from '../server/page-position.ts'
import type { CarryStore } from './carried.ts'
import type { DocumentParts, Rendered } from './document.ts'
import type { Page } from './page.ts'

type Awaitable<T> = T | Promise<T>

export interface InertiaOptions {
  /** The document of a first load; `head` and `body` go into it. */
  readonly document: (parts: DocumentParts) => Awaitable<string>
  /** Of the assets: a browser with another one loads the document anew. @default null: never */
  readonly version?: string | null | ((request: Request) => Awaitable<string | null>)
  /** Props of every page. Functions among them are called only when the answer contains them. */
  readonly share?: (request: Request) => Awaitable<Readonly<Record<string, unknown>>>
  /**
   * Read before a request's handler runs, hence before any query of the page, and sent as the prop `sync` with every
   * answer (R1). Null sends null; a failure is logged and sends null, and the page stands without sync.
   */
  readonly position?: (request: Request) => Awaitable<PagePosition | null>
  /** Where redirects put errors and flash. @default a cookie signed with `secret` */
  readonly carry?: CarryStore
  /** Signs the cookie; put a new one in front of the old ones to rotate. @default the environment's SYNCLINE_SECRET (JWT_SECRET) */
  readonly secret?: string | readonly string[] | undefined
  /** Renders a first load on the server. Null or a failure, which is logged, leaves it to the browser. */
  readonly ssr?: (page: Page, request: Request) => Awaitable<Rendered | null>
  /** Encrypts what the browser keeps in its history. @default false */
  readonly encryptHistory?: boolean
  /** Receives failures that the page survived, and at debug level every partial reload. @default silence, but for a missing secret when it is made */
  readonly logger?: Logger
  /** Counts partial reloads by component, and by model when `schema` is given: `sync.metrics`. @default nobody counts */
  readonly metrics?: Pick<Metrics, 'count'>
  /** Says for `metrics` which model a prop is of: the one whose changes mark it. @default none is known */
  readonly schema?: Schema
}

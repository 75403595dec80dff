/**
 * What only developers see: lines in the console, and `window.__syncline`. Bundlers set `NODE_ENV` and leave it out of
 * production; a browser without a bundler has no `process`, which counts as production.
 */

/** What `window.__syncline` holds in development. */
export interface SynclineWindow {
  readonly subscriptions: Readonly<Record<string, readonly string[]>>
  /** False when the page has switched sync off: nothing is connected. */
  readonly isEnabled: boolean
  readonly isOpen: boolean
  /** The latest markers, newest last. */
  readonly markers: readonly object[]
}

// Each function is empty after `NODE_ENV` was set, and esbuild drops calls to such, with their texts.
/* oxlint-disable no-console -- this is what the console is for */

/** A line for whoever looks for it. */
export function debug(text: string, detail: unknown): void {
  try {
    if (process.env.NODE_ENV !== 'production' && isBrowser()) console.debug(`[syncline] ${text}`, detail)
  } catch {}
}

/** A mistake of the page: fact, value, remedy. */
function warn(text: string): void {
  try {
    if (process.env.NODE_ENV !== 'production' && isBrowser()) console.warn(`[syncline] ${text}`)
  } catch {}
}

/** What keeps a page from being refreshed at all. */
function error(text: string, ...details: unknown[]): void {
  try {
    if (process.env.NODE_ENV !== 'production' && isBrowser()) console.error(`[syncline] ${text}`, ...details)
  } catch {}
}

/** Says why a socket cannot even be made: a bad address, a policy of the page, no WebSocket. */
export function errorOfSocket(reason: unknown): void {
  try {
    if (process.env.NODE_ENV !== 'production')
      error(
        'Failed to connect: the socket cannot be opened. The page works without, and it is tried again. See to the address that the transport was given, and to `connect-src` of the page’s policy.',
        reason,
      )
  } catch {}
}

/** Says that the connection is given up. */
export function errorOfAttempts(attempts: number): void {
  try {
    if (process.env.NODE_ENV !== 'production')
      error(
        `Max reconnection attempts reached: ${attempts}. Nothing is refreshed until somebody looks at the page again or the device comes online. \`maxReconnectAttempts\` or SYNC_RECONNECT_ATTEMPTS allow more.`,
      )
  } catch {}
}

/** Says that a page adapter is missing. */
export function warnOfNoPage(page: unknown): void {
  try {
    if (process.env.NODE_ENV !== 'production' && !page)
      warn(
        'Something is stale, and nothing is known of the page. Call `syncRegistry.configure({ page: … })` with an adapter, such as `inertiaPage(router)`.',
      )
  } catch {}
}

/** Says which channel the server refuses, once. */
export function warnOfRefusal(channel: string, reason: unknown, count: number): void {
  try {
    if (process.env.NODE_ENV !== 'production' && count === 1)
      warn(
        `The server refuses \`${channel}\`: ${sentence(reason)} Nothing of it is refreshed meanwhile, and it is asked for again. \`npx syncline explain may-read '${channel}'\` says which rule decided.`,
      )
  } catch {}
}

/** Says that the server refuses a channel without saying which, once for each connection that was configured. */
export function warnOfNamelessRefusal(host: object, reason: unknown, unanswered: ReadonlySet<string>): void {
  try {
    if (process.env.NODE_ENV !== 'production' && !told.has(host)) {
      told.add(host)
      const names = Array.from(unanswered, (name) => `\`${name}\``).join(', ')
      warn(
        `The server refuses a channel without saying which: ${sentence(reason)} Not confirmed so far: ${names || 'none'}. What is refused is not refreshed meanwhile, and it is asked for again. Show fewer channels at a time, or let the server send the \`identifier\` beside its \`error\`.`,
      )
    }
  } catch {}
}

/** A server may send anything as its reason. */
function sentence(reason: unknown): string {
  return typeof reason === 'string' && reason ? reason.replace(/\.?$/, '.') : 'It gives no reason.'
}

const told = new WeakSet<object>()

/** Says which prop the page does not have. */
export function warnOfUnknown(props: readonly string[], findProps: () => object | undefined): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      const shown = findProps()
      const names = Object.keys(shown ?? {})
      const missing = shown && props.find((prop) => prop !== '*' && !names.includes(prop.replace(/\..*/, '')))
      if (missing === undefined) return
      const known = names.map((name) => `\`${name}\``).join(', ')
      warn(`The page has no prop \`${missing}\`. Its props are ${known}. Subscribe with one of these.`)
    }
  } catch {}
}

/** What is shown of a registry. */
interface Exposed {
  readonly subscriptions: ReadonlyMap<string, ReadonlySet<string>>
  readonly status: { readonly current: string }
}

/** Puts the registry's state where a developer finds it, and keeps its latest markers. */
export function expose(registry: Exposed, isEnabled: () => boolean): void {
  try {
    if (process.env.NODE_ENV !== 'production' && isBrowser()) {
      const state: SynclineWindow = {
        get isEnabled() {
          return isEnabled()
        },
        get subscriptions() {
          return Object.fromEntries(
            Array.from(registry.subscriptions, ([name, props]) => [name, Array.from(props)]),
          )
        },
        get isOpen() {
          return registry.status.current === 'connected'
        },
        markers: latest,
      }
      Object.assign(globalThis, { __syncline: state })
    }
  } catch {}
}

function isBrowser(): boolean {
  return typeof document !== 'undefined'
}

const latest: object[] = []
const MOST_MARKERS = 20

/** Notes a marker that came. */
export function noteMarker(marker: object): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      latest.push(marker)
      if (latest.length > MOST_MARKERS) latest.shift()
      debug('marker', marker)
    }
  } catch {}
}

/**
 * What only developers see: lines in the console, and `window.__syncline`. Bundlers set `NODE_ENV` and leave it out of
 * production; a browser without a bundler has no `process`, which counts as production.
 */

/** What `window.__syncline` holds in development. */
export interface SynclineWindow {
  readonly subscriptions: Readonly<Record<string, readonly string[]>>
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
export function warn(text: string): void {
  try {
    if (process.env.NODE_ENV !== 'production' && isBrowser()) console.warn(`[syncline] ${text}`)
  } catch {}
}

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

/** Puts the registry's state where a developer finds it, and keeps its latest markers. */
export function expose(
  subscriptions: ReadonlyMap<string, ReadonlySet<string>>,
  status: { readonly current: string },
): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      const state: SynclineWindow = {
        get subscriptions() {
          return Object.fromEntries(Array.from(subscriptions, ([name, props]) => [name, Array.from(props)]))
        },
        get isOpen() {
          return status.current === 'connected'
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

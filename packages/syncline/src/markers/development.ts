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

/** Runs a part that production does without. */
function inDevelopment(work: () => void): void {
  try {
    if (process.env.NODE_ENV !== 'production' && typeof document !== 'undefined') work()
  } catch {
    // No `process`: production.
  }
}

/** A line for whoever looks for it. */
export function debug(text: string, ...details: readonly unknown[]): void {
  // oxlint-disable-next-line no-console -- this is what the console is for
  inDevelopment(() => console.debug(`[syncline] ${text}`, ...details))
}

/** A mistake of the page: fact, value, remedy. */
export function warn(text: string): void {
  // oxlint-disable-next-line no-console -- this is what the console is for
  inDevelopment(() => console.warn(`[syncline] ${text}`))
}

/** Says which prop the page does not have. */
export function warnOfUnknown(props: readonly string[], names: readonly string[] | undefined): void {
  inDevelopment(() => {
    const missing = names && props.find((prop) => prop !== '*' && !names.includes(prop.replace(/\..*/, '')))
    if (missing === undefined) return
    const known = names?.map((name) => `\`${name}\``).join(', ')
    warn(`The page has no prop \`${missing}\`. Its props are ${known}. Subscribe with one of these.`)
  })
}

/** Puts the registry's state where a developer finds it. */
export function expose(
  subscriptions: ReadonlyMap<string, ReadonlySet<string>>,
  status: { readonly current: string },
  markers: readonly object[],
): void {
  inDevelopment(() => {
    const state: SynclineWindow = {
      get subscriptions() {
        return Object.fromEntries(Array.from(subscriptions, ([name, props]) => [name, Array.from(props)]))
      },
      get isOpen() {
        return status.current === 'connected'
      },
      markers,
    }
    Object.assign(globalThis, { __syncline: state })
  })
}

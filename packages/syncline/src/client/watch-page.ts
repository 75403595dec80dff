/** Tells what becomes of the page and its network; does nothing outside browsers. */

export interface PageListener {
  /** The device comes online, or the page comes into view. */
  onWake(): void
  onOffline(): void
  /** The page is loaded anew, left, or closed: there may be no other turn. */
  onLeave(): void
}

/** Calls back until the returned function is called. */
export function watchPage({ onWake, onOffline, onLeave }: PageListener): () => void {
  const page = globalThis as { document?: Document; addEventListener?: typeof addEventListener }
  if (!page.document || !page.addEventListener) return () => {}
  const { document } = page
  const onVisible = () => {
    if (document.visibilityState === 'visible') onWake()
  }
  // Its signal is what listeners take as an option.
  const watching = new AbortController()
  addEventListener('online', onWake, watching)
  addEventListener('offline', onOffline, watching)
  // One of `beforeunload` would keep pages out of the cache of some browsers.
  addEventListener('pagehide', onLeave, watching)
  document.addEventListener('visibilitychange', onVisible, watching)
  return () => watching.abort()
}

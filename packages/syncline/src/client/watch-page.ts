/** Tells what becomes of the page and its network; does nothing outside browsers. */

export interface PageListener {
  /** The device comes online, or the page comes into view. */
  onWake(): void
  onOffline(): void
  /** The page is loaded anew, left, or closed, and whoever else listens has heard of it, if possible: there may be no other turn. */
  onLeave(): void
}

/** Calls back until the returned function is called, in it too when the page is just going. */
export function watchPage({ onWake, onOffline, onLeave }: PageListener): () => void {
  const page = globalThis as { document?: Document; addEventListener?: typeof addEventListener }
  if (!page.document || !page.addEventListener) return () => {}
  const { document } = page
  const onVisible = () => {
    if (document.visibilityState === 'visible') onWake()
  }
  // Its signal is what listeners take as an option.
  const watching = new AbortController()
  const once = { once: true, signal: watching.signal }
  let isGoing = false
  const leave = () => {
    isGoing = false
    onLeave()
  }
  // The event comes down: what is added now hears of it after all others on its way up.
  const onHiding = () => addEventListener('visibilitychange', leave, once)
  const onHide = () => {
    // Others may listen for `pagehide` after this. Chromium, which alone has `onfreeze`, says later in the same turn that
    // a page in view is hidden now; other browsers may not.
    isGoing = 'onfreeze' in document && document.visibilityState === 'visible'
    if (isGoing) addEventListener('visibilitychange', onHiding, { ...once, capture: true })
    else leave()
  }
  addEventListener('online', onWake, watching)
  addEventListener('offline', onOffline, watching)
  // One of `beforeunload` would keep pages out of the cache of some browsers.
  addEventListener('pagehide', onHide, watching)
  document.addEventListener('visibilitychange', onVisible, watching)
  return () => {
    if (isGoing) leave()
    watching.abort()
  }
}

/** Calls back when the device comes online, goes offline, or the page comes into view; does nothing outside browsers. */
export function watchConnectivity(onWake: () => void, onOffline: () => void): () => void {
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
  document.addEventListener('visibilitychange', onVisible, watching)
  return () => watching.abort()
}

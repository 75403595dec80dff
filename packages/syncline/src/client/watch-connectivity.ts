/** Calls back when the device comes online, goes offline, or the page comes into view; does nothing outside browsers. */
export function watchConnectivity(onWake: () => void, onOffline: () => void): () => void {
  const page = globalThis as { document?: Document; addEventListener?: typeof addEventListener }
  if (!page.document || !page.addEventListener) return () => {}
  const { document } = page
  const onVisible = () => {
    if (document.visibilityState === 'visible') onWake()
  }
  addEventListener('online', onWake)
  addEventListener('offline', onOffline)
  document.addEventListener('visibilitychange', onVisible)
  return () => {
    removeEventListener('online', onWake)
    removeEventListener('offline', onOffline)
    document.removeEventListener('visibilitychange', onVisible)
  }
}

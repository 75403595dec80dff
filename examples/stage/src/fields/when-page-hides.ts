/** The last moment in which a page can still do something: it is hidden, loaded anew or closed. */

/** Calls `act` in that moment, until the returned function is called. */
export function whenPageHides(act: () => void): () => void {
  const onVisibility = () => document.visibilityState === 'hidden' && act()
  addEventListener('pagehide', act)
  document.addEventListener('visibilitychange', onVisibility)
  return () => {
    removeEventListener('pagehide', act)
    document.removeEventListener('visibilitychange', onVisibility)
  }
}

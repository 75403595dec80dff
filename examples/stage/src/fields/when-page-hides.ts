/** The last moments in which a page can still do something: it is hidden, loaded anew or closed. */

/** Before the others: until the next page answers there is time to store something. */
const LAST_MOMENTS = ['beforeunload', 'pagehide'] as const

/** Calls `act` in each of them, until the returned function is called. */
export function whenPageHides(act: () => void): () => void {
  const onVisibility = () => document.visibilityState === 'hidden' && act()
  for (const moment of LAST_MOMENTS) addEventListener(moment, act)
  document.addEventListener('visibilitychange', onVisibility)
  return () => {
    for (const moment of LAST_MOMENTS) removeEventListener(moment, act)
    document.removeEventListener('visibilitychange', onVisibility)
  }
}

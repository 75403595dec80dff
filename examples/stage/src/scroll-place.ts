/**
 * Where one was on a page, for the way back to it: the browser puts that back before the page has grown to its height,
 * so it is kept with the address and put back when there is room.
 */

/** How long a page may take to grow, in ms. */
const PATIENCE_MS = 2_000
/** Whoever does one of these has taken over. */
const BY_HAND = ['wheel', 'touchstart', 'keydown', 'pointerdown'] as const

/** Remembers and puts back, until the returned function is called. */
export function keepScrollPlace(): () => void {
  history.scrollRestoration = 'manual'
  let stop = restore()
  const onBack = () => {
    stop()
    stop = restore()
  }
  addEventListener('scrollend', rememberPlace)
  addEventListener('popstate', onBack)
  return () => {
    stop()
    removeEventListener('scrollend', rememberPlace)
    removeEventListener('popstate', onBack)
    history.scrollRestoration = 'auto'
  }
}

/** Keeps with the address where one is: when scrolling ends, and before another address comes. */
export function rememberPlace(): void {
  history.replaceState({ scrollY: Math.round(scrollY) }, '')
}

/** Scrolls to the place that is kept with the address, as soon as the page is high enough; returns how that ends. */
function restore(): () => void {
  const { scrollY: wanted = 0 } = (history.state ?? {}) as { scrollY?: number }
  const until = performance.now() + PATIENCE_MS
  let frame = 0
  const stop = () => {
    cancelAnimationFrame(frame)
    for (const event of BY_HAND) removeEventListener(event, stop)
  }
  const look = () => {
    const isHighEnough = document.documentElement.scrollHeight >= wanted + innerHeight
    if (isHighEnough || performance.now() > until) {
      scrollTo(0, wanted)
      return stop()
    }
    frame = requestAnimationFrame(look)
  }
  // A record that the address names is gone to by its row.
  if (wanted === 0 && location.hash !== '') return stop
  for (const event of BY_HAND) addEventListener(event, stop)
  frame = requestAnimationFrame(look)
  return stop
}

/** Listens to what the page itself tells: coming online and into view, and what its adapter reports. */
import type { Page, PageHost } from './page.ts'

export interface PageWatcher extends PageHost {
  /** The device came online, or the page into view. */
  onWake(): void
}

/** Begins listening; returns the function that ends it. */
export function watchPage(page: Page | undefined, watcher: PageWatcher): () => void {
  const { onWake } = watcher
  const onVisible = () => {
    if (!document.hidden) onWake()
  }
  const stop = page?.watch?.(watcher)
  addEventListener('online', onWake)
  // After the way back to a page that the browser kept, its connection is gone.
  addEventListener('pageshow', onVisible)
  document.addEventListener('visibilitychange', onVisible)
  return () => {
    stop?.()
    removeEventListener('online', onWake)
    removeEventListener('pageshow', onVisible)
    document.removeEventListener('visibilitychange', onVisible)
  }
}

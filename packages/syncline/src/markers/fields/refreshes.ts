/** When the page is being refreshed, and what it then holds: fields ask this, page adapters tell it. */
import type { Page } from '../page.ts'

let page: Page | undefined
let running = 0
const listeners = new Set<() => void>()

/** Whether a value that is set now may come from a refresh. */
export function isRefreshing(): boolean {
  return running > 0
}

/** Calls back when the page shows a refresh. Returns the function that ends it. */
export function onRefresh(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** What the page holds at a path such as `account.name`; undefined when the adapter does not know. */
export function refreshedValue(path: string): string | undefined {
  let value: unknown = page?.props?.()
  for (const key of path.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[key]
  return value === undefined || value === null ? undefined : String(value)
}

/** Tells the fields of each reload of a page. */
export function tellFields(source: Page): Page {
  page = source
  return {
    ...source,
    reload(props) {
      running++
      const reload = source.reload(props)
      const over = () => afterRender(() => running--)
      void reload.end.then(over, over)
      return reload
    },
  }
}

/** Frameworks set values in a turn of their own after the answer came. */
function afterRender(done: () => void): void {
  setTimeout(() => {
    for (const listener of Array.from(listeners)) listener()
    done()
  }, AFTER_RENDER_MS)
}

// 50 ms: three frames.
const AFTER_RENDER_MS = 50

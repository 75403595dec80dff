/** When the page is being refreshed, and what it then holds: fields ask this, page adapters tell it. */
import type { Page, PageHost } from '../page.ts'

/** What a field is told. */
export interface FieldListener {
  /** The page shows a refresh. */
  onRefresh(): void
  /** What was under way has ended: a submission too; `isRefused` when the page shows errors, or no answer came. */
  onAnswer(isRefused: boolean): void
}

let page: Page | undefined
let running = 0
const listeners = new Set<FieldListener>()

/** Whether a value that is set now may come from a refresh. */
export function isRefreshing(): boolean {
  return running > 0
}

/** Whether the page tells when a submission was answered. */
export function tellsAnswers(): boolean {
  return page?.isBusy !== undefined
}

/** Listens to what the page shows. Returns the function that ends it. */
export function listenToPage(listener: FieldListener): () => void {
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
    ...(source.watch && {
      watch: (host: PageHost) => source.watch?.(tellAnswers(source, host)) ?? (() => {}),
    }),
    reload(props) {
      // First, so that a loader that throws leaves nothing running.
      const reload = source.reload(props)
      running++
      const over = () => afterRender(() => running--)
      void reload.end.then(over, over)
      return reload
    },
  }
}

/** An answer is shown before the visit that brought it ends; when none is under way any more, a submission has ended. */
function tellAnswers(source: Page, host: PageHost): PageHost {
  let isShown = false
  return {
    ...host,
    onShown() {
      isShown = true
      host.onShown()
    },
    onFree() {
      host.onFree()
      if (source.isBusy?.()) return
      const isRefused = !isShown || hasErrors(source)
      isShown = false
      // After the framework has set what the answer brought.
      setTimeout(() => {
        for (const listener of Array.from(listeners)) listener.onAnswer(isRefused)
      })
    },
  }
}

function hasErrors(source: Page): boolean {
  return Object.keys((source.props?.()?.['errors'] as object | undefined) ?? {}).length > 0
}

/** Frameworks set values in a turn of their own after the answer came. */
function afterRender(done: () => void): void {
  setTimeout(() => {
    for (const listener of Array.from(listeners)) listener.onRefresh()
    done()
  }, AFTER_RENDER_MS)
}

// 50 ms: three frames.
const AFTER_RENDER_MS = 50

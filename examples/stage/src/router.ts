/** Addresses of the page, kept in the browser's history. */

export type Place =
  | { readonly page: 'productions' }
  | { readonly page: 'production'; readonly id: string }
  | { readonly page: 'missing' }

/** Reads the place from a path. */
export function placeOf(path: string): Place {
  if (path === '/') return { page: 'productions' }
  const id = /^\/productions\/([^/]+)\/?$/.exec(path)?.[1]
  const decoded = id === undefined ? undefined : decode(id)
  return decoded === undefined ? { page: 'missing' } : { page: 'production', id: decoded }
}

/** The address of a production. */
export function productionPath(id: string): string {
  return `/productions/${encodeURIComponent(id)}`
}

/** Follows links inside the page and the browser's own buttons; calls back with each new place. */
export function followLinks(onPlace: () => void): void {
  addEventListener('popstate', onPlace)
  addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || link.origin !== location.origin || link.hash || !isPlainClick(event)) return
    event.preventDefault()
    go(link.pathname, onPlace)
  })
}

function go(path: string, onPlace: () => void): void {
  if (path !== location.pathname) history.pushState(null, '', path)
  scrollTo(0, 0)
  onPlace()
}

/** With a modifier the reader wants a new tab or window. */
function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

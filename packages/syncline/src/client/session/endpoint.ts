/** Where the server is: the socket's address and the addresses of single requests. */
export interface Endpoint {
  readonly socket: string
  /** `request('pull')` is `https://…/sync/pull`. */
  request(name: 'push' | 'pull'): string
}

/** Resolves the `url` option: `/sync` on the page's own host, or a full http(s) or ws(s) address. */
export function endpointOf(url = '/sync'): Endpoint {
  const page = (globalThis as { location?: { href: string } }).location?.href
  if (!/^[a-z]+:/i.test(url) && page === undefined) {
    throw new Error(`The url \`${url}\` has no host. Outside of pages, write 'https://host/sync'.`)
  }
  const http = new URL(url, page).href.replace(/^ws/, 'http')
  const base = http.replace(/\/$/, '')
  return { socket: http.replace(/^http/, 'ws'), request: (name) => `${base}/${name}` }
}

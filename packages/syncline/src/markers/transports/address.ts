/** `/sync` on the page's own host, or a full http(s) or ws(s) address, as a socket's address. */
export function socketAddress(url: string): string {
  const page = (globalThis as { location?: { href: string } }).location?.href
  return new URL(url, page).href.replace(/^http/, 'ws')
}

/**
 * Whether a request's cookie may prove who sends it.
 *
 * A browser adds a user's cookies to requests that any page makes it send, sockets included; only `Origin` tells them
 * apart. A token proves by itself, because a foreign page does not have it.
 */

/** True when the page that sent the request is one of ours: its origin is listed, or its host is the request's own. */
export function isOwnOrigin(
  origin: string | null | undefined,
  host: string | null | undefined,
  allowed: ReadonlySet<string>,
): boolean {
  // `*` opens reading with a token to every page, never a cookie.
  if (!origin || origin === 'null' || origin === '*') return false
  if (allowed.has(origin)) return true
  try {
    const { host: originHost, origin: canonical } = new URL(origin)
    // A page's origin is sent in its one canonical spelling; anything else was not written by a browser.
    return canonical === origin && originHost !== '' && originHost === host?.toLowerCase()
  } catch {
    return false
  }
}

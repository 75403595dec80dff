/**
 * Which requests may speak with a cookie: browsers send cookies along whoever's page asks.
 *
 *   G2   a cookie counts only when the page's origin is our own host or on the allow-list, and for a write only
 *        when the body says that it is JSON, which no form of another site can do
 *
 * A browser names no origin when a page reads from its own host, so a reading request may come without one; a
 * writing request always carries it. Programs that are no browsers use a bearer token.
 */
import { isOwnOrigin } from '../../server/request-origin.ts'

const READS = new Set(['GET', 'HEAD'])
/** What `Sec-Fetch-Site` says when the address was typed, or the page is of this very origin. */
const OWN_FETCH_SITES = new Set(['same-origin', 'none'])

/** What proves who asks: the request without its body, and without its cookies when they prove nothing here. */
export function proofOf(request: Request, allowed: ReadonlySet<string>): Request {
  const headers = new Headers(request.headers)
  if (!areCookiesTrusted(request, allowed)) headers.delete('cookie')
  return new Request(request.url, { headers })
}

/** Whether a request that proves nothing is of a page of a foreign origin, or one whose origin nobody knows. */
export function isForeignPage({ headers, method, url }: Request, allowed: ReadonlySet<string>): boolean {
  if (/^bearer /i.test(headers.get('authorization') ?? '')) return false
  const origin = headers.get('origin')
  if (origin !== null) return !isOwnOrigin(origin, headers.get('host') ?? new URL(url).host, allowed)
  // A browser's writes always name one; a program's have a cookie that was meant to count.
  return !isOwnFetch(headers) || (headers.has('cookie') && !READS.has(method))
}

function areCookiesTrusted(request: Request, allowed: ReadonlySet<string>): boolean {
  const { headers, method, url } = request
  // One proof at a time: a token that turns out to be worthless does not fall back on the cookie.
  if (/^bearer /i.test(headers.get('authorization') ?? '')) return false
  const origin = headers.get('origin')
  const isRead = READS.has(method)
  if (origin === null) return isRead && isOwnFetch(headers)
  return isOwnOrigin(origin, headers.get('host') ?? new URL(url).host, allowed) && (isRead || isJson(request))
}

function isOwnFetch(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site')
  return site === null || OWN_FETCH_SITES.has(site)
}

/** A deletion has no body to describe; a browser asks before it sends one across origins. */
function isJson({ headers, method }: Request): boolean {
  const type = headers.get('content-type')
  if (type === null) return method === 'DELETE'
  return type.split(';', 1)[0]?.trim().toLowerCase() === 'application/json'
}

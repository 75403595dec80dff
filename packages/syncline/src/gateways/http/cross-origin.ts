/** CORS: pages of listed origins may read answers; with `*` every page may, but only with a token of its own. */

const METHODS = 'GET, POST, PUT, PATCH, DELETE'
const REQUEST_HEADERS = 'authorization, content-type, idempotency-key, if-match, if-none-match'
const ANSWER_HEADERS = 'etag, location, retry-after, link'
/** Ten minutes: the longest that Chromium remembers by default is two hours, Safari ten minutes. */
const REMEMBER_SECONDS = '600'

/** The answer to a browser that asks before it sends; null for any other request. */
export function preflightAnswer(request: Request, allowed: ReadonlySet<string>): Response | null {
  if (request.method !== 'OPTIONS' || !request.headers.has('access-control-request-method')) return null
  const headers = crossOriginHeaders(request, allowed)
  if (headers['access-control-allow-origin'] !== undefined) {
    headers['access-control-allow-methods'] = METHODS
    headers['access-control-allow-headers'] = REQUEST_HEADERS
    headers['access-control-max-age'] = REMEMBER_SECONDS
  }
  return new Response(null, { status: 204, headers })
}

/** Headers that let the asking page read the answer, when its origin is listed. */
export function crossOriginHeaders(request: Request, allowed: ReadonlySet<string>): Record<string, string> {
  const origin = request.headers.get('origin')
  // What a cache keeps for one origin is no answer for another.
  const headers: Record<string, string> = { vary: 'Origin' }
  if (origin === null || origin === 'null') return headers
  const isListed = origin !== '*' && allowed.has(origin)
  if (!isListed && !allowed.has('*')) return headers
  headers['access-control-allow-origin'] = isListed ? origin : '*'
  headers['access-control-expose-headers'] = ANSWER_HEADERS
  if (isListed) headers['access-control-allow-credentials'] = 'true'
  return headers
}

/**
 * Redirects as the Inertia client can follow them.
 *
 * The browser follows a redirect by itself, inside the client's request, so the client never sees it. Three kinds
 * need help: after PUT, PATCH and DELETE a 302 would repeat the method (303 says GET), another site may not be read
 * from here and a fragment is lost on the way (409 with a header tells the client to go there itself).
 */
import { isInertia, isPrefetch } from './asked.ts'

const REPEATED = new Set(['PUT', 'PATCH', 'DELETE'])
/** An address of these schemes runs in the page that goes there. */
const CODE = new Set(['javascript:', 'data:', 'vbscript:'])

/** A redirect within the application; 303 makes the browser come with GET, whatever the method was. */
export function redirectTo(request: Request, to: string): Response {
  const status = request.method === 'GET' || request.method === 'HEAD' ? 302 : 303
  return new Response(null, { status, headers: { location: addressOf(request, to) } })
}

/** Leaves the application's pages: the browser loads the address as a document. */
export function locationOf(request: Request, to: string): Response {
  const address = addressOf(request, to)
  if (!isInertia(request.headers)) return redirectTo(request, to)
  return new Response(null, { status: 409, headers: { 'x-inertia-location': address } })
}

/** Where a form was: the page in `Referer` if it is of this host. */
export function cameFrom(request: Request, fallback: string): string {
  const referer = parse(request.headers.get('referer') ?? '')
  return referer?.host === new URL(request.url).host ? pathOf(referer) : fallback
}

/** The answer in the form that the client can follow; the same one where nothing is to be done. */
export function followable(request: Request, response: Response): Response {
  const to = response.headers.get('location')
  if (!isInertia(request.headers) || to === null || response.status < 300 || response.status > 399)
    return response
  const target = parse(to, request.url)
  if (!target) return response
  if (target.host !== new URL(request.url).host) return instead(response, 'x-inertia-location', target.href)
  if (target.hash !== '' && !isPrefetch(request.headers)) {
    return instead(response, 'x-inertia-redirect', pathOf(target))
  }
  const isRepeated = REPEATED.has(request.method) && (response.status === 301 || response.status === 302)
  return isRepeated ? new Response(null, { status: 303, headers: response.headers }) : response
}

/** Path, query and fragment: an address that cannot lead to another host. */
export function pathOf(url: URL): string {
  // A path that begins with two slashes would be read as a host.
  return url.pathname.replace(/^\/+/, '/') + url.search + url.hash
}

function instead(response: Response, header: string, to: string): Response {
  const headers = new Headers(response.headers)
  headers.delete('location')
  headers.set(header, to)
  return new Response(null, { status: 409, headers })
}

/** A path stays a path, so that a proxy's scheme and port do not matter. */
function addressOf(request: Request, to: string): string {
  const url = parse(to, request.url)
  if (!url || CODE.has(url.protocol)) {
    throw new TypeError(`\`${to}\` is no address to redirect to. Give a path or an http address.`)
  }
  return URL.canParse(to) || url.host !== new URL(request.url).host ? url.href : pathOf(url)
}

function parse(address: string, base?: string): URL | null {
  return URL.canParse(address, base) ? new URL(address, base) : null
}

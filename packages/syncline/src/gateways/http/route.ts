/** Which call a request is, from its method and path alone. Pure: whether the names exist is looked up later. */

export interface Paths {
  /** @default '/sync' */
  readonly basePath: string
  /** @default '/api' */
  readonly apiPath: string
}

/** Calls that need no user: for everybody, or for whoever has the operator's token. */
export type OpenCall = 'health' | 'metrics' | 'connections' | 'position'

/** Calls that need a user. */
type SignedInCall = 'push' | 'pull' | 'pullOne' | 'activity'

export type Route =
  | { readonly call: OpenCall }
  | { readonly call: SignedInCall }
  /** Segments below `/api`, percent-encoding undone; a nested path has three or four. */
  | { readonly call: 'records'; readonly method: string; readonly segments: readonly string[] }
  | { readonly call: 'wrongMethod'; readonly allow: string }
  | { readonly call: 'unknown' }

/** Calls below the base path, by method. */
export const CALLS: Readonly<Record<string, Readonly<Record<string, SignedInCall | OpenCall>>>> = {
  push: { POST: 'push' },
  pull: { POST: 'pull', GET: 'pullOne' },
  activity: { GET: 'activity' },
  health: { GET: 'health' },
  metrics: { GET: 'metrics' },
  connections: { GET: 'connections' },
  position: { GET: 'position' },
}

/** What a list of records answers, such as `/api/cameras`. */
export const COLLECTION_METHODS = 'GET, POST'
/** What one record answers. */
export const RECORD_METHODS = 'GET, PUT, PATCH, DELETE'
const UNKNOWN: Route = { call: 'unknown' }

/** Whether the path is one that Syncline answers, so that a server knows what to hand over. */
export function isOurs(pathname: string, { basePath, apiPath }: Paths): boolean {
  return (
    pathname === '/health' ||
    [basePath, apiPath].some((base) => pathname === base || pathname.startsWith(`${base}/`))
  )
}

/** Finds the call. HEAD is a GET whose body is thrown away later. */
export function routeOf(method: string, pathname: string, paths: Paths): Route {
  const asked = method === 'HEAD' ? 'GET' : method
  if (pathname === '/health') return syncRoute(asked, 'health')
  if (pathname.startsWith(`${paths.basePath}/`))
    return syncRoute(asked, pathname.slice(paths.basePath.length + 1))
  if (pathname.startsWith(`${paths.apiPath}/`))
    return apiRoute(asked, pathname.slice(paths.apiPath.length + 1))
  return UNKNOWN
}

function syncRoute(method: string, name: string): Route {
  const methods = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined
  if (!methods) return UNKNOWN
  const call = Object.hasOwn(methods, method) ? methods[method] : undefined
  return call ? ({ call } as Route) : { call: 'wrongMethod', allow: Object.keys(methods).join(', ') }
}

function apiRoute(method: string, rest: string): Route {
  const segments = rest.split('/').map(decoded)
  if (segments.length > 4 || !segments.every(isSegment)) return UNKNOWN
  const allow = segments.length % 2 === 1 ? COLLECTION_METHODS : RECORD_METHODS
  if (!allow.split(', ').includes(method)) return { call: 'wrongMethod', allow }
  return { call: 'records', method: method === 'PATCH' ? 'PUT' : method, segments }
}

function isSegment(segment: string | null): segment is string {
  return segment !== null && segment !== ''
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}

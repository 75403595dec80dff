/** The upgrade of a socket as the request that `authenticate` reads. */
import type { IncomingMessage } from 'node:http'
import { isOwnOrigin } from '../server/request-origin.ts'

/** The request with its cookies, if they count; a foreign page's do not (traps of cross-site sockets). */
export function upgradeRequest(incoming: IncomingMessage, allowedOrigins: ReadonlySet<string>): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  if (!isOwnOrigin(incoming.headers.origin, incoming.headers.host, allowedOrigins)) headers.delete('cookie')
  return new Request(upgradeUrl(incoming), { headers })
}

/** Whether nobody but a page of a foreign origin can have opened it: its token, if any, did not come with the upgrade. */
export function isForeignUpgrade({ headers }: IncomingMessage, allowedOrigins: ReadonlySet<string>): boolean {
  if (headers.authorization !== undefined) return false
  // Browsers always name the origin here.
  if (headers.origin === undefined) return headers.cookie !== undefined
  return !isOwnOrigin(headers.origin, headers.host, allowedOrigins)
}

/** A request that carries nothing but a token, to where the upgrade went. */
export function tokenRequest(url: string, token: string): Request {
  return new Request(url, { headers: { authorization: `Bearer ${token}` } })
}

/** Where an upgrade went. */
export function upgradeUrl(incoming: IncomingMessage): string {
  const path = incoming.url?.startsWith('/') ? incoming.url : '/'
  try {
    return new URL(path, `http://${incoming.headers.host ?? 'localhost'}`).href
  } catch {
    return 'http://localhost/'
  }
}

/**
 * Keeps strangers out of a development server that asks nobody for a proof.
 *
 * Listening on 127.0.0.1 is not enough: any page that the developer visits can make the browser send requests there,
 * under a name of its own that leads to 127.0.0.1 too. Browsers say whose page it is, and by which name it asked.
 */
import type { IncomingHttpHeaders } from 'node:http'

/** Whether the request was made to this machine by a program or page of this machine. */
export function isLocalRequest({ host, origin }: Pick<IncomingHttpHeaders, 'host' | 'origin'>): boolean {
  return isLocalHost(`http://${host ?? ''}`) && (origin === undefined || isLocalHost(origin))
}

function isLocalHost(address: string): boolean {
  try {
    const { hostname } = new URL(address)
    return hostname === '127.0.0.1' || hostname === '[::1]' || /(^|\.)localhost$/.test(hostname)
  } catch {
    return false
  }
}

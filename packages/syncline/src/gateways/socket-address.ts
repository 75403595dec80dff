/** Where a socket comes from. Limits are shared by all that come from there. */
import type { Socket } from 'node:net'

let lastAddress = ''

/** The address of the other side, empty once it is gone. Most come from a proxy: one text for them. */
export function addressOf(socket: Socket): string {
  const { remoteAddress = '' } = forgetful(socket)
  if (remoteAddress !== lastAddress) lastAddress = remoteAddress
  return lastAddress
}

/** The socket to be read: what it would note of it is dropped. Node's answer would stay at each, in 90 bytes. */
function forgetful(socket: Socket): Socket {
  const noted = new Map<PropertyKey, unknown>()
  return new Proxy(socket, {
    get: (target, name, receiver) =>
      noted.has(name) ? noted.get(name) : Reflect.get(target, name, receiver),
    set: (_target, name, value) => noted.set(name, value) === noted,
  })
}

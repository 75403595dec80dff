/** A `ws` socket that takes its connection over when it is told to, not as soon as it is made. */
import type { Socket } from 'node:net'
import { type ServerOptions, WebSocket } from 'ws'

type SetSocket = (socket: Socket, head: Buffer, options: ServerOptions) => void

// Not in its types: where `ws` begins to read. The version of `ws` is pinned, and tests fail when it is no more there.
const { setSocket } = WebSocket.prototype as unknown as { readonly setSocket: SetSocket }

const NOTHING = Buffer.alloc(0)

/** What `WebSocketServer` makes for a handshake; whoever has asked for it reads the connection. */
export class DeferredWebSocket extends WebSocket {
  /** Called by `ws` after the handshake. */
  setSocket(): void {}

  /** A socket that reads and closes this connection from now on, with the server's options. */
  static takeOver(socket: Socket, options: ServerOptions): WebSocket {
    const make = DeferredWebSocket as unknown as new (
      address: null,
      protocols: undefined,
      options: ServerOptions,
    ) => WebSocket
    const webSocket = new make(null, undefined, options)
    setSocket.call(webSocket, socket, NOTHING, options)
    return webSocket
  }
}

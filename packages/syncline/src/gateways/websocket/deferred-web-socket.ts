/** A `ws` socket that takes its connection over when it is told to, not as soon as it is made. */
import type { Socket } from 'node:net'
import { type ServerOptions, WebSocket } from 'ws'

type SetSocket = (socket: Socket, head: Buffer, options: ServerOptions) => void

// Not in its types: where `ws` begins to read. The version of `ws` is pinned, and tests fail when it is no more there.
const { setSocket } = WebSocket.prototype as unknown as { readonly setSocket: SetSocket }

/** The close code of a message that is too large. */
const TOO_LARGE = 1009

const NOTHING = Buffer.alloc(0)

/** What `WebSocketServer` makes for a handshake; whoever has asked for it reads the connection. */
export class DeferredWebSocket extends WebSocket {
  /** Called before the socket is closed because a message is too large. */
  beforeTooLarge: (() => void) | undefined

  /** Called by `ws` after the handshake. */
  setSocket(): void {}

  /** Called by `ws` too, for what is no frame. */
  override close(code?: number, data?: string | Buffer): void {
    if (code === TOO_LARGE && this.readyState === WebSocket.OPEN) this.beforeTooLarge?.()
    super.close(code, data)
  }

  /** A socket that reads and closes this connection from now on, with the server's options. */
  static takeOver(socket: Socket, options: ServerOptions): DeferredWebSocket {
    const make = DeferredWebSocket as unknown as new (
      address: null,
      protocols: undefined,
      options: ServerOptions,
    ) => DeferredWebSocket
    const webSocket = new make(null, undefined, options)
    setSocket.call(webSocket, socket, NOTHING, options)
    return webSocket
  }
}

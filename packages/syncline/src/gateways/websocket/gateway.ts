/**
 * The native gateway: `GET /sync`, subprotocol `syncline.v1`.
 *
 * Flow: upgrade → socket → session. Who it is, is found out when `hello` comes: by its token, or by the cookie of the
 * upgrade if that came from an allowed origin.
 */
import { WebSocketServer } from 'ws'
import { SUBPROTOCOL } from '../../protocol/version.ts'
import type { RunningCore } from '../../server/create-core.ts'
import { OpenSockets } from '../open-sockets.ts'
import type { SocketGateway } from '../upgrades.ts'
import { Connection } from './connection.ts'
import { DeferredWebSocket } from './deferred-web-socket.ts'
import { Turn } from './turn.ts'

export interface WebSocketGatewayOptions {
  /** Path of the socket. @default '/sync' */
  readonly basePath?: string
}

export function createWebSocketGateway(
  core: RunningCore,
  { basePath = '/sync' }: WebSocketGatewayOptions = {},
): SocketGateway {
  const sockets = new WebSocketServer({
    noServer: true,
    WebSocket: DeferredWebSocket,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: core.limits.messageBytes,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  })
  const connections = new OpenSockets<Connection>()
  const surroundings = {
    core,
    turn: new Turn(),
    options: sockets.options,
    onEnd: (ended: Connection) => connections.delete(ended),
  }
  return {
    path: basePath,
    open(request, socket, head) {
      sockets.handleUpgrade(request, socket, head, () => {
        const connection = new Connection(socket, request, surroundings)
        connections.add(connection)
        connection.begin(core.openSession(connection), head)
      })
    },
    async close(graceMs) {
      await connections.close(graceMs)
      sockets.close()
    },
  }
}

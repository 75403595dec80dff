/**
 * The native gateway: `GET /sync`, subprotocol `syncline.v1`.
 *
 * Flow: upgrade → limits → socket → session. Who it is, is found out when `hello` comes: by its token, or by the
 * cookie of the upgrade if that came from an allowed origin.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { SUBPROTOCOL } from '../../protocol/version.ts'
import type { RunningCore } from '../../server/create-core.ts'
import { Connection } from './connection.ts'
import { refuseUpgrade } from './refuse-upgrade.ts'
import { Turn } from './turn.ts'
import { tokenRequest, upgradeRequest } from './upgrade-request.ts'

export interface WebSocketGatewayOptions {
  /** Path of the socket. @default '/sync' */
  readonly basePath?: string
}

export interface WebSocketGateway {
  /** Takes upgrades of this server; others' paths are left to others. */
  attach(server: Server | SecureServer): void
  readonly connections: number
  /** Takes no more upgrades. */
  stop(): void
  /** Resolves when all sockets are closed; what is open after `graceMs` is cut. */
  close(graceMs: number): Promise<void>
}

/** How often sockets are looked after, in ms. */
const CHECK_EVERY_MS = 1_000

export function createWebSocketGateway(
  core: RunningCore,
  options: WebSocketGatewayOptions = {},
): WebSocketGateway {
  const basePath = options.basePath ?? '/sync'
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: core.limits.messageBytes,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  })
  const connections = new Set<Connection>()
  const servers = new Set<Server | SecureServer>()
  const turn = new Turn()
  let onLastEnd = () => {}

  const checking = setInterval(() => {
    const nowMs = performance.now()
    for (const connection of connections) connection.check(nowMs)
  }, CHECK_EVERY_MS)
  checking.unref()

  const onConnectionEnd = (connection: Connection) => {
    connections.delete(connection)
    if (connections.size === 0) onLastEnd()
  }

  const open = (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const upgrade = upgradeRequest(request, core.allowedOrigins)
    socket.setNoDelay(true)
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new Connection(socket, webSocket, turn, core.limits, onConnectionEnd)
      connections.add(connection)
      const identify = (token?: string) =>
        core.identify(token === undefined ? upgrade : tokenRequest(upgrade, token))
      connection.begin(core.openSession(connection, identify, addressOf(socket)))
    })
  }

  const onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const socket = stream as Socket
    // Whatever becomes of it, an error of a socket is not the process's.
    socket.on('error', () => socket.destroy())
    if (pathOf(request) !== basePath) return leaveToOthers(servers, socket)
    const refusal = core.takeConnect(addressOf(socket))
    if (refusal) return refuseUpgrade(socket, refusal)
    open(request, socket, head)
  }

  return {
    attach(server) {
      servers.add(server)
      server.on('upgrade', onUpgrade)
    },
    get connections() {
      return connections.size
    },
    stop() {
      for (const server of servers) server.off('upgrade', onUpgrade)
    },
    async close(graceMs) {
      clearInterval(checking)
      if (connections.size > 0) {
        let timer: NodeJS.Timeout | undefined
        const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)))
        await Promise.race([grace, new Promise<void>((resolve) => (onLastEnd = resolve))])
        clearTimeout(timer)
      }
      for (const connection of connections) connection.destroy()
      sockets.close()
    },
  }
}

/** Nobody else takes upgrades: a socket that no one answers would hang. */
function leaveToOthers(servers: ReadonlySet<Server | SecureServer>, socket: Socket): void {
  const isAlone = [...servers].every((server) => server.listenerCount('upgrade') === 1)
  if (isAlone) refuseUpgrade(socket, { code: 'not_found', message: 'There is no socket at this path.' })
}

function addressOf({ remoteAddress = '' }: Socket): string {
  return remoteAddress
}

function pathOf({ url = '' }: IncomingMessage): string {
  const end = url.indexOf('?')
  return end === -1 ? url : url.slice(0, end)
}

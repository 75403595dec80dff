/**
 * The Action Cable gateway: `GET /cable`, subprotocol `actioncable-v1-json`; unmodified `@rails/actioncable` works.
 *
 * Flow: upgrade → who is it (a cookie only from an allowed origin) → `welcome` → subscriptions, and a `ping` every 3 s.
 * An upgrade without a user is taken, told `unauthorized` (or `foreign_origin`), and closed: a refused upgrade would be tried for ever.
 *
 * Frames are not compressed (`permessage-deflate` is not offered): each is encoded once for all who hear it (decision 18).
 */
import { WebSocketServer } from 'ws'
import type { RunningCore } from '../../server/create-core.ts'
import type { Identity } from '../../server/identity.ts'
import { OpenSockets } from '../open-sockets.ts'
import { isForeignUpgrade, upgradeRequest } from '../upgrade-request.ts'
import { addressOf } from '../socket-address.ts'
import type { SocketGateway } from '../upgrades.ts'
import { DeferredWebSocket } from '../websocket/deferred-web-socket.ts'
import { Turn } from '../websocket/turn.ts'
import { BroadcastFrames } from './broadcast-frames.ts'
import { CableConnection, type CableSurroundings } from './cable-connection.ts'
import { pingFrame, WELCOME } from './cable-frames.ts'
import { CableSession } from './cable-session.ts'

export interface ActionCableOptions {
  /** Path of the socket. @default '/cable' */
  readonly cablePath?: string
}

export interface ActionCableGateway extends SocketGateway {
  /** Connections whose user is known. */
  sessions(): IterableIterator<CableSession>
  /** Sync was turned on or off. */
  checkEnabled(): void
}

/** What Rails' clients expect: they give a connection up after 6 s of silence. */
const PING_EVERY_MS = 3_000
const SUBPROTOCOL = 'actioncable-v1-json'

export function createActionCableGateway(core: RunningCore, options: ActionCableOptions): ActionCableGateway {
  const sockets = new WebSocketServer({
    noServer: true,
    WebSocket: DeferredWebSocket,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: core.limits.messageBytes,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  })
  const connections = new OpenSockets<CableConnection>()
  const surroundings: CableSurroundings = {
    turn: new Turn(),
    limits: core.limits,
    options: sockets.options,
    onSlow: () => core.metrics.count('syncline_slow_consumers_total'),
    onEnd: (ended) => connections.delete(ended),
  }
  const frames = new BroadcastFrames()
  const pinging = setInterval(() => {
    const ping = pingFrame(Date.now())
    for (const connection of connections) if (connection.phase === 'open') connection.send(ping)
  }, PING_EVERY_MS).unref()
  core.metrics.gauge('syncline_cable_connections', 'Live Action Cable connections.', () => connections.size)

  const greet = async (
    connection: CableConnection,
    { upgrade, isForeign, address }: { upgrade: Request; isForeign: boolean; address: string },
  ) => {
    const identity = await identified(core, upgrade)
    if (connection.phase !== 'identifying') return
    if (identity === 'unknown') return connection.disconnect('unavailable', true)
    if (!identity && isForeign) {
      core.foreignOrigin(upgrade.headers.get('origin'))
      return connection.disconnect('foreign_origin', false)
    }
    if (!identity) return connection.disconnect('unauthorized', false)
    if (core.sessions.countOf(identity.user.id) >= core.limits.connectionsPerUser) {
      core.metrics.count('syncline_limit_hits_total', 1, { code: 'too_many_connections' })
      return connection.disconnect('too_many_connections', true)
    }
    connection.send(WELCOME)
    connection.begin(new CableSession({ core, identity, frames, outlet: connection, address }))
  }

  return {
    path: options.cablePath ?? '/cable',
    open(request, socket, head) {
      const upgrade = upgradeRequest(request, core.allowedOrigins)
      const isForeign = isForeignUpgrade(request, core.allowedOrigins)
      sockets.handleUpgrade(request, socket, head, () => {
        const connection = new CableConnection(socket, head, surroundings)
        connections.add(connection)
        void greet(connection, { upgrade, isForeign, address: addressOf(socket) })
      })
    },
    *sessions() {
      for (const { session } of connections) if (session) yield session
    },
    checkEnabled() {
      for (const { session } of connections) session?.checkEnabled()
    },
    async close(graceMs) {
      clearInterval(pinging)
      for (const connection of connections) connection.disconnect('server_restart', true)
      await connections.close(graceMs)
      sockets.close()
    },
  }
}

/** Null for nobody; `unknown` while it cannot be found out. */
async function identified(core: RunningCore, upgrade: Request): Promise<Identity | null | 'unknown'> {
  try {
    await core.ready
    return await core.identify(upgrade)
  } catch (error) {
    core.log.warn({ error: String(error) }, 'It could not be found out who opens a cable.')
    return 'unknown'
  }
}

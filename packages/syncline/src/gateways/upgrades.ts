/**
 * Takes upgrades of HTTP servers and hands each to the gateway of its path.
 *
 * Flow: upgrade → path → limit of connections by address → gateway. Paths that are nobody's are left to other
 * listeners, and refused when there is none.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Core } from '../server/core.ts'
import { refuseUpgrade } from './refuse-upgrade.ts'
import { addressOf } from './socket-address.ts'

/** One wire's sockets. */
export interface SocketGateway {
  readonly path: string
  /** Takes one upgrade. */
  open(request: IncomingMessage, socket: Socket, head: Buffer): void
  /** Resolves when all sockets are closed; what is open after `graceMs` is cut. */
  close(graceMs: number): Promise<void>
}

export interface Upgrades {
  /** Takes upgrades of this server; others' paths are left to others. */
  attach(server: Server | SecureServer): void
  /** Takes no more upgrades. */
  stop(): void
}

export function createUpgrades(core: Core, gateways: readonly SocketGateway[]): Upgrades {
  const servers = new Set<Server | SecureServer>()

  const onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const socket = stream as Socket
    // Whatever becomes of it, an error of a socket is not the process's.
    socket.on('error', destroy)
    const path = pathOf(request)
    const gateway = gateways.find((each) => each.path === path)
    if (!gateway) return leaveToOthers(servers, socket)
    const refusal = core.takeConnect(addressOf(socket))
    if (refusal) return refuseUpgrade(socket, refusal)
    socket.setNoDelay(true)
    gateway.open(request, socket, head)
  }

  return {
    attach(server) {
      servers.add(server)
      server.on('upgrade', onUpgrade)
    },
    stop() {
      for (const server of servers) server.off('upgrade', onUpgrade)
    },
  }
}

function destroy(this: Socket): void {
  this.destroy()
}

/** Nobody else takes upgrades: a socket that no one answers would hang. */
function leaveToOthers(servers: ReadonlySet<Server | SecureServer>, socket: Socket): void {
  const isAlone = [...servers].every((server) => server.listenerCount('upgrade') === 1)
  if (isAlone) refuseUpgrade(socket, { code: 'not_found', message: 'There is no socket at this path.' })
}

function pathOf({ url = '' }: IncomingMessage): string {
  const end = url.indexOf('?')
  return end === -1 ? url : url.slice(0, end)
}

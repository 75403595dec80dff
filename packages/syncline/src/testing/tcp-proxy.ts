/**
 * A TCP proxy with faults, between a client and a real server: delays, cuts, half-open connections, slow reading, and
 * answers that never arrive. Random choices come from a seed, so that a failing run can be repeated.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { seededRandom } from './seeded-random.ts'

/** Faults in force for bytes from now on. */
export interface ProxyFaults {
  /** Every piece of data waits a random time between these, in ms; order is kept. */
  delayMs?: readonly [least: number, most: number]
  /** The chance that a piece of data ends its connection instead of passing. */
  cutChance?: number
  /** Bytes are taken and never passed on, in this direction or both; the connections stay open (half-open). */
  blackhole?: 'both' | 'toServer' | 'toClient'
  /** Most bytes a second in each direction of each connection: a slow reader, whose sender must feel it. */
  bytesPerSecond?: number
}

export interface TcpProxyOptions {
  readonly host?: string
  readonly port: number
  readonly seed?: number
}

export interface TcpProxy {
  readonly port: number
  /** Replaces the faults in force; `{}` heals. */
  fault(faults: ProxyFaults): void
  /** Ends every connection now, as a network that goes away. Returns how many. */
  cut(): number
  /**
   * Drops the next answer: once the client has sent something, whatever the server says to it is lost and both ends
   * are cut. Resolves when that has happened.
   */
  dropAnswer(): Promise<void>
  readonly connections: number
  close(): Promise<void>
}

interface Link {
  readonly client: Socket
  readonly server: Socket
  isDoomed: boolean
}

/** Listens on a free port of 127.0.0.1 and connects each client to the server's `port`. */
export async function startTcpProxy({
  host = '127.0.0.1',
  port,
  seed = 1,
}: TcpProxyOptions): Promise<TcpProxy> {
  const random = seededRandom(seed)
  const links = new Set<Link>()
  const dropping: (() => void)[] = []
  let faults: ProxyFaults = {}

  const end = (link: Link) => {
    links.delete(link)
    link.client.destroy()
    link.server.destroy()
  }

  const pass = async (link: Link, direction: 'toServer' | 'toClient', data: Buffer, target: Socket) => {
    if (direction === 'toServer' && dropping.length > 0) link.isDoomed = true
    if (direction === 'toClient' && link.isDoomed) {
      dropping.shift()?.()
      return end(link)
    }
    const { delayMs, cutChance = 0, blackhole, bytesPerSecond } = faults
    if (blackhole === 'both' || blackhole === direction) return
    if (random() < cutChance) return end(link)
    if (delayMs) await pause(delayMs[0] + random() * (delayMs[1] - delayMs[0]))
    if (bytesPerSecond) await pause((data.length / bytesPerSecond) * 1_000)
    if (!target.destroyed && !target.write(data)) await drained(target)
  }

  const pump = async (link: Link, direction: 'toServer' | 'toClient') => {
    const [source, target] =
      direction === 'toServer' ? [link.client, link.server] : [link.server, link.client]
    try {
      // Pulled piece by piece: while one waits here, the sender feels it.
      for await (const data of source) await pass(link, direction, data as Buffer, target)
    } catch {
      return end(link)
    }
    // The other direction may still have something to say; in a blackhole nobody hears of the end.
    if (!faults.blackhole) target.end()
    if (link.client.readableEnded && link.server.readableEnded) links.delete(link)
  }

  const listener = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ host, port, allowHalfOpen: true })
    const link: Link = { client, server, isDoomed: false }
    links.add(link)
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      socket.on('error', () => end(link))
    }
    void pump(link, 'toServer')
    void pump(link, 'toClient')
  })
  await listening(listener)

  return {
    port: (listener.address() as { port: number }).port,
    fault: (next) => {
      faults = next
    },
    cut() {
      const count = links.size
      for (const link of links) end(link)
      return count
    },
    dropAnswer: () => new Promise((resolve) => dropping.push(resolve)),
    get connections() {
      return links.size
    },
    async close() {
      for (const link of links) end(link)
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve)
    socket.once('close', () => resolve())
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

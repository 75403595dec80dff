/** Tries a running server from outside: is it well, and do its sockets open through whatever stands before it. */
import { WebSocket } from 'ws'
import type { Finding } from '../../server/explain/diagnose.ts'

/** How long a server may take, in ms. */
const WITHIN_MS = 5_000

/** `url` is the address of the site: `http://localhost:4000`. */
export async function examineServer(url: string): Promise<readonly Finding[]> {
  const site = url.replace(/\/(sync\/?)?$/, '')
  const health = await examineHealth(site)
  if (health.is === 'bad') return [health]
  return [
    health,
    await examineSocket(site, '/sync', 'syncline.v1'),
    await examineSocket(site, '/cable', 'actioncable-v1-json'),
  ]
}

async function examineHealth(site: string): Promise<Finding> {
  const address = `${site}/sync/health`
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(WITHIN_MS) })
    const { status } = (await response.json()) as { readonly status?: string }
    if (status === 'healthy') return finding('well', `${address} says it is healthy.`)
    return finding('bad', `${address} says \`${status}\`. Look at the server’s warnings on standard error.`)
  } catch {
    return finding(
      'bad',
      `${address} does not answer as Syncline does. Start the server, hand these paths to \`sync.fetch\`, or correct --url.`,
    )
  }
}

function examineSocket(site: string, path: string, protocol: string): Promise<Finding> {
  const address = site.replace(/^http/, 'ws') + path
  return new Promise((resolve) => {
    const socket = new WebSocket(address, protocol, {
      handshakeTimeout: WITHIN_MS,
      headers: { origin: site },
    })
    const end = (result: Finding) => {
      resolve(result)
      socket.terminate()
    }
    socket.once('open', () => end(finding('well', `A socket to ${address} opens.`)))
    socket.once('unexpected-response', (_, { statusCode }) =>
      end(
        finding(
          'bad',
          `${address} answers ${statusCode} instead of opening a socket. Call sync.attach(httpServer), and let the proxy before it pass \`Upgrade\` and \`Connection\`.`,
        ),
      ),
    )
    socket.once('error', (error) =>
      end(
        finding(
          'bad',
          `A socket to ${address} does not open: ${error.message}. Look at the proxy before the server.`,
        ),
      ),
    )
  })
}

function finding(is: Finding['is'], message: string): Finding {
  return { is, about: 'server', message }
}

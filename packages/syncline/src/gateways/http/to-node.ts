/**
 * Serves a function of Request and Response with Node's own `http`: `createServer(toNode(sync.fetch))`.
 *
 * Bodies stream both ways. When the client goes away, the request's signal aborts and the answer's body is cancelled.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

/** What is known about a request beside the request itself. */
export interface RequestContext {
  /** Address of the client, for limits; never taken from a header. */
  readonly address?: string
}

export type FetchHandler = (request: Request, context?: RequestContext) => Response | Promise<Response>

export type NodeHandler = (incoming: IncomingMessage, outgoing: ServerResponse) => void

/** Wraps the handler for `http.createServer`, Express, Fastify and whatever else calls `(req, res)`. */
export function toNode(fetch: FetchHandler): NodeHandler {
  return (incoming, outgoing) => void serve(fetch, incoming, outgoing)
}

/** Never rejects. */
async function serve(
  fetch: FetchHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort()
  })
  const request = toRequest(incoming, gone.signal)
  if (!request) return badRequest(outgoing)
  outgoing.once('finish', () => cutSoon(incoming))
  try {
    const response = await fetch(request, { address: incoming.socket.remoteAddress })
    if (response.status >= 400 && isUnread(incoming)) await refuseRest(response, incoming, outgoing)
    else await send(response, outgoing, gone.signal)
  } catch (error) {
    outgoing.destroy(error as Error)
  }
}

/** Null when the request names no address that could be ours. */
function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request | null {
  const { method = 'GET', url = '/' } = incoming
  const scheme = 'encrypted' in incoming.socket ? 'https' : 'http'
  try {
    const address = new URL(
      `${scheme}://${incoming.headers.host ?? 'localhost'}${url.startsWith('/') ? url : '/'}`,
    )
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const body = hasBody ? (Readable.toWeb(incoming) as ReadableStream<Uint8Array>) : null
    // Node's fetch wants `duplex` for a body that streams; TypeScript's DOM types do not know it yet.
    const init = { method, headers: headersOf(incoming), body, signal, duplex: 'half' }
    return new Request(address, init as RequestInit)
  } catch {
    return null
  }
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    // HTTP/2 names its own parts with a colon in front.
    if (!name.startsWith(':')) headers.append(name, rawHeaders[index + 1] as string)
  }
  return headers
}

function setHead({ status, headers }: Response, outgoing: ServerResponse): void {
  outgoing.statusCode = status
  headers.forEach((value, name) => {
    if (name !== 'set-cookie') outgoing.setHeader(name, value)
  })
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) outgoing.setHeader('set-cookie', cookies)
}

async function send(response: Response, outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  setHead(response, outgoing)
  if (!response.body || outgoing.req.method === 'HEAD') {
    await response.body?.cancel()
    outgoing.end()
    return
  }
  await pump(response.body, outgoing, signal)
}

async function pump(
  body: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const reader = body.getReader()
  signal.addEventListener('abort', () => void reader.cancel().catch(() => {}), { once: true })
  for (;;) {
    const { done, value } = await reader.read()
    if (done || signal.aborted) break
    if (!outgoing.write(value)) await drained(outgoing)
  }
  outgoing.end()
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done)
      outgoing.off('close', done)
      resolve()
    }
    outgoing.on('drain', done)
    outgoing.on('close', done)
  })
}

/** Whether there is more of the body, on a connection that serves one request after another. */
function isUnread({ complete, headers, httpVersionMajor }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  return !complete && hasBody && httpVersionMajor < 2
}

/**
 * Refuses a request whose body goes on, as the last one of its connection: a client that sent another would find it
 * cut. The answer is whole before the rest has been thrown away, and the connection ends after that, because ending one
 * on which something comes in takes the answer with it.
 */
async function refuseRest(
  response: Response,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer())
  setHead(response, outgoing)
  outgoing.setHeader('connection', 'close')
  outgoing.setHeader('content-length', body.byteLength)
  outgoing.flushHeaders()
  if (body.byteLength > 0) outgoing.write(body)
  await thrownAway(incoming)
  outgoing.end()
}

/** Reads the rest of a body for nobody, for as long as it may take. */
function thrownAway(incoming: IncomingMessage): Promise<void> {
  if (incoming.complete || incoming.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(done, LINGER_MS)
    function done() {
      clearTimeout(timer)
      resolve()
    }
    incoming.once('end', done)
    incoming.once('close', done)
    // Whoever began to read it does not go on.
    incoming.removeAllListeners('data')
    let bytes = 0
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MOST_THROWN_AWAY) done()
    })
    incoming.resume()
  })
}

/** Time in which the rest of a refused body may come before the connection is cut, in ms. */
const LINGER_MS = 2_000
/** More of a refused body is not worth reading, in bytes: whoever sends so much is cut off. */
const MOST_THROWN_AWAY = 64 * 1_048_576

/**
 * Node reads the rest of a body that nobody wanted and throws it away, so that the client sees the answer instead of
 * a broken connection; for a body without end that must end.
 */
function cutSoon(incoming: IncomingMessage): void {
  if (incoming.complete) return
  const timer = setTimeout(() => incoming.socket.destroy(), LINGER_MS)
  incoming.once('close', () => clearTimeout(timer))
  incoming.once('end', () => clearTimeout(timer))
}

function badRequest(outgoing: ServerResponse): void {
  outgoing.writeHead(400, { 'content-type': 'application/json; charset=utf-8', connection: 'close' })
  outgoing.end(
    '{"error":{"code":"invalid_message","message":"The request has no address that can be read. Check its Host header and path."}}',
  )
}

/**
 * Keeps the page itself on the device: its document and the files that the document names. Data is not its business.
 *
 * The document comes from the network when there is one; files carry a hash of their content in their name, so what
 * is kept of them is as good as new.
 */

/** What this file uses of the worker's scope; the types of workers and of pages exclude each other. */
interface WorkerScope {
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void> }
}

interface Extendable {
  waitUntil(work: Promise<unknown>): void
}

interface Fetching {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

const worker = self as unknown as WorkerScope

const KEPT = 'stage-page'
const DOCUMENT = '/productions'
/** Addresses of this page; the host has other pages too. */
const OWN = /^\/(productions|equipment)(\/|$)/
/** How long the document is waited for, in ms, before the kept one is shown. */
const PATIENCE_MS = 3_000

worker.addEventListener('install', (event) => {
  event.waitUntil(
    fetch(DOCUMENT)
      .then(keepDocument)
      .then(() => worker.skipWaiting()),
  )
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(worker.clients.claim())
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin) return
  if (request.mode === 'navigate') {
    if (OWN.test(pathname)) event.respondWith(documentFor(request))
  } else if (isOwnFile(pathname)) event.respondWith(file(request))
})

/** Files of other pages, such as `/assets/accounts/…`, are in a folder of their own. */
function isOwnFile(pathname: string): boolean {
  return /^\/assets\/[^/]+$/.test(pathname) || pathname === '/favicon.svg'
}

async function documentFor(request: Request): Promise<Response> {
  const kept = await caches.match(DOCUMENT)
  try {
    const patience = kept ? { signal: AbortSignal.timeout(PATIENCE_MS) } : {}
    const response = await fetch(request.url, patience)
    if (response.ok) void keepDocument(response.clone())
    // A proxy whose server is away is no reason to show nothing.
    return response.status >= 500 && kept ? kept : response
  } catch (error) {
    if (kept) return kept
    throw error
  }
}

async function file(request: Request): Promise<Response> {
  const kept = await caches.match(request)
  if (kept) return kept
  const response = await fetch(request)
  if (response.ok) await (await caches.open(KEPT)).put(request, response.clone())
  return response
}

/** Keeps a document with all files that it names, and lets go of those that it names no longer. */
async function keepDocument(response: Response): Promise<void> {
  if (!response.ok || !response.headers.get('Content-Type')?.startsWith('text/html')) return
  const { headers } = response
  const text = await response.text()
  const named = new Set([...text.matchAll(/(?:src|href)="(\/[^"]+\.\w+)"/g)].map(([, path]) => path))
  const cache = await caches.open(KEPT)
  const kept = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname))
  await cache.addAll([...named].filter((path) => path !== undefined && !kept.has(path)) as string[])
  await cache.put(DOCUMENT, new Response(text, { headers }))
  for (const path of kept) if (path !== DOCUMENT && !named.has(path)) await cache.delete(path)
}

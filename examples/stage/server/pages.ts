/** The built page: files by name, and for every address of the page itself the one document that routes there. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'

/** Where Vite puts the page, as seen from the built server. */
const PUBLIC = fileURLToPath(new URL('../../../../stage/dist/public/', import.meta.url))

/** Makes the routes of the page. */
export function stagePages(): Hono {
  const routes = new Hono()
  routes.use('/assets/*', serveStatic({ root: PUBLIC }))
  routes.get('/favicon.svg', serveStatic({ root: PUBLIC }))
  // The browser asks for it anew, so that it can hear of a newer page.
  routes.use('/service-worker.js', async (context, next) => {
    await next()
    context.header('Cache-Control', 'no-cache')
  })
  routes.get('/service-worker.js', serveStatic({ root: PUBLIC }))
  for (const address of ['/productions', '/equipment', '/productions/:id', '/productions/:id/:part']) {
    routes.get(address, document)
    routes.get(`${address}/`, document)
  }
  return routes
}

async function document(): Promise<Response> {
  const html = await readFile(new URL('index.html', `file://${PUBLIC}`), 'utf8')
  return new Response(html, {
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' },
  })
}

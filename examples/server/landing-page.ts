/** The page at `/`: which examples there are, and what each shows; and the one for addresses that nothing is at. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import { type Context, Hono } from 'hono'

/** As seen from the built server. */
const FILES = fileURLToPath(new URL('../../landing/', import.meta.url))

/** Makes the routes. */
export function landingPage(): Hono {
  const routes = new Hono()
  routes.get('/', serveStatic({ root: FILES, path: 'index.html' }))
  routes.get('/landing.css', serveStatic({ root: FILES }))
  return routes
}

/** Says that there is no page at an address, and leads back to the first one. */
export async function notFoundPage(context: Context): Promise<Response> {
  return context.html(await readFile(new URL('not-found.html', `file://${FILES}`), 'utf8'), 404)
}

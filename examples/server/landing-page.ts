/** The page at `/`: which examples there are, and what each shows. */
import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'

/** As seen from the built server. */
const FILES = fileURLToPath(new URL('../../landing/', import.meta.url))

/** Makes the routes. */
export function landingPage(): Hono {
  const routes = new Hono()
  routes.get('/', serveStatic({ root: FILES, path: 'index.html' }))
  routes.get('/landing.css', serveStatic({ root: FILES }))
  return routes
}

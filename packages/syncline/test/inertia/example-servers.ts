/** The example application on real HTTP, by each wrapper. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type ErrorRequestHandler } from 'express'
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { inertiaExpress } from 'syncline/inertia/express'
import { type InertiaEnv, inertiaHono } from 'syncline/inertia/hono'
import { toNode } from 'syncline/server'
import type { ExampleApp } from './example-app.ts'

export interface RunningServer {
  readonly url: string
  close(): Promise<void>
}

/** How a wrapper serves the routes, and a native redirect after PUT at `/native`. */
export const wrappers: Readonly<Record<string, (app: ExampleApp, client: string) => RequestListener>> = {
  Hono: (app, client) => {
    const hono = new Hono<InertiaEnv>()
    hono.get('/client.js', (c) => c.body(client, 200, { 'content-type': 'text/javascript' }))
    hono.use(inertiaHono(app.inertia))
    for (const { method, path, handle } of app.routes) {
      hono.on(method.toUpperCase(), path, async (c) => {
        const body = method === 'get' ? {} : await c.req.json<Record<string, unknown>>().catch(() => ({}))
        setCookie(c, 'session', '1')
        return (await handle(c.var.inertia, body, new URL(c.req.url).searchParams)) as Response
      })
    }
    hono.put('/native', (c) => c.redirect('/account?q=→'))
    hono.get('/data', (c) => c.json({ plain: true }))
    hono.onError((error, c) => c.text(`handled: ${error.message}`, 500))
    return toNode(hono.fetch)
  },
  Express: (app, client) => {
    const server = express()
    server.get('/client.js', (_request, response) => void response.type('text/javascript').send(client))
    server.use(express.json(), inertiaExpress(app.inertia))
    for (const { method, path, handle } of app.routes) {
      server[method](path, (request, response) => {
        response.cookie('session', '1')
        // Not awaited: what fails must reach the error handler all the same.
        void handle(
          request.inertia,
          (request.body as Record<string, unknown> | undefined) ?? {},
          new URL(request.url, 'http://a').searchParams,
        )
      })
    }
    server.put('/native', (_request, response) => response.redirect('/account?q=→'))
    server.get('/data', (_request, response) => void response.json({ plain: true }))
    const onError: ErrorRequestHandler = (error: Error, _request, response, _next) =>
      void response.status(500).send(`handled: ${error.message}`)
    server.use(onError)
    return server
  },
}

/** Listens on a free port of localhost. */
export async function listen(listener: RequestListener): Promise<RunningServer> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://localhost:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

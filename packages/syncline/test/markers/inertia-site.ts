/** A site of Inertia pages over the accounts database, whose answers a test can hold back. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import { createInertia } from '../../src/inertia/index.ts'
import { toNode } from '../../src/gateways/http/to-node.ts'
import { type AccountsServer, startAccountsServer } from './accounts-server.ts'

export interface Site {
  readonly server: AccountsServer
  readonly url: string
  /** `METHOD path only` of every request, in the order in which they came. */
  readonly requests: string[]
  /** Answers of requests that match wait until the returned function is called. */
  hold(matches: (request: string) => boolean): () => void
  /** How many answers wait. */
  holding: number
  /** What the next reload is answered with instead. */
  failure?: number | 'cut'
  close(): Promise<void>
}

export interface SiteOptions {
  /** Where its pages say that they were read. @default `sync.position()` of the server */
  readonly position?: ((server: AccountsServer) => ReturnType<AccountsServer['sync']['position']>) | null
}

export async function startSite({
  position = ({ sync }) => sync.position(),
}: SiteOptions = {}): Promise<Site> {
  const [server, code] = await Promise.all([startAccountsServer(), bundle()])
  const held = new Set<{ matches: (request: string) => boolean; until: Promise<void> }>()
  const inertia = createInertia({
    secret: 'a secret of the tests',
    ...(position && { position: () => position(server) }),
    document: ({ head, body }) =>
      `<!doctype html><head>${head}<link rel="icon" href="data:,"></head><body>${body}<script src="/client.js"></script></body>`,
  })
  const account = async (id: string) =>
    (await server.query('select id::text, name, plan from accounts where id = $1', [id]))[0]
  const answer = (request: Request) =>
    inertia.handle(request, async (visit) => {
      const { pathname } = new URL(request.url)
      const id = pathname.split('/')[2] ?? ''
      if (request.method === 'PUT') {
        const { name } = (await request.json()) as { name: string }
        if (name.trim() === '') return visit.errors({ name: 'A name is needed.' }).redirect(pathname)
        await server.query('update accounts set name = $2 where id = $1', [id, name.trim()])
        return visit.redirect(pathname)
      }
      if (pathname === '/accounts') {
        return visit.render('accounts', {
          accounts: () => server.query('select name from accounts order by id'),
        })
      }
      return visit.render('account', {
        account: () => account(id),
        members: () => server.query('select role from account_users where account_id = $1 order by id', [id]),
      })
    })

  const site: Site = {
    server,
    url: '',
    requests: [],
    holding: 0,
    hold(matches) {
      let release = () => {}
      const entry = { matches, until: new Promise<void>((resolve) => (release = resolve)) }
      held.add(entry)
      return () => {
        held.delete(entry)
        release()
      }
    },
    async close() {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
      await server.close()
    },
  }
  const respond = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (pathname === '/client.js')
      return new Response(code, { headers: { 'content-type': 'text/javascript' } })
    const line = [request.method, pathname, request.headers.get('x-inertia-partial-data')]
      .filter(Boolean)
      .join(' ')
    site.requests.push(line)
    const isReload = request.headers.has('x-inertia-partial-data')
    const { failure } = site
    if (isReload && failure !== undefined) {
      site.failure = undefined
      if (failure === 'cut') throw new Error('cut')
      return new Response('<h1>Broken</h1>', { status: failure, headers: { 'content-type': 'text/html' } })
    }
    const response = await answer(request)
    for (const { matches, until } of held) {
      if (!matches(line)) continue
      site.holding++
      await until
      site.holding--
    }
    return response
  }
  const http = createServer(toNode(respond))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return Object.assign(site, { url: `http://localhost:${(http.address() as AddressInfo).port}` })
}

async function bundle(): Promise<string> {
  const built = await build({
    entryPoints: [new URL('./inertia-page.ts', import.meta.url).pathname],
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"development"' },
    alias: { 'syncline/markers': new URL('../../src/markers/index.ts', import.meta.url).pathname },
  })
  return built.outputFiles[0]?.text ?? ''
}

/** One application of every feature, as a table of routes that Hono and Express serve alike. */
import {
  createInertia,
  deepMerge,
  defer,
  type Inertia,
  merge,
  once,
  optional,
  prepend,
  scroll,
} from 'syncline/inertia'
import type { ExpressVisit } from 'syncline/inertia/express'
import type { Visit } from '../../src/inertia/visit.ts'

type Body = Readonly<Record<string, unknown>>

interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  readonly path: string
  handle(visit: Visit | ExpressVisit, body: Body, query: URLSearchParams): Promise<Response | void> | Response
}

export interface ExampleApp {
  readonly inertia: Inertia
  readonly routes: readonly Route[]
  /** How often each prop was read. */
  readonly reads: Record<string, number>
  /** `METHOD path` of every request that reached a route. */
  readonly requests: string[]
  readonly account: { id: number; name: string; owner: string }
  version: string
}

export const HOSTILE = '</script><script>window.broken = true</script><!--'

/** The routes with a state of their own. */
export function createExampleApp(): ExampleApp {
  let position = 0
  const app: ExampleApp = {
    inertia: createInertia({
      secret: 'a secret of the tests',
      version: () => app.version,
      position: () => ({ cursor: String(++position), debounceMs: 300 }),
      share: () => ({ user: { name: 'Ann' } }),
      document: ({ head, body }) =>
        `<!doctype html><head>${head}<link rel="icon" href="data:,"></head><body>${body}<script src="/client.js"></script></body>`,
    }),
    routes: [],
    reads: {},
    requests: [],
    account: { id: 1, name: 'Acme', owner: 'Ann' },
    version: 'v1',
  }
  const routes = [...pages(app), ...forms(app)].map((route) => recorded(route, app))
  return Object.assign(app, { routes })
}

function pages({ reads, account }: ExampleApp): Route[] {
  const read =
    <T>(name: string, value: () => T) =>
    () => {
      reads[name] = (reads[name] ?? 0) + 1
      return value()
    }
  const page = (path: string, handle: Route['handle']): Route => ({ method: 'get', path, handle })
  return [
    page('/account', (visit) =>
      visit.render('account', {
        account: read('account', () => ({ ...account })),
        other: read('other', () => Math.random()),
        audit: optional(read('audit', () => ['created'])),
        hostile: HOSTILE,
      }),
    ),
    page('/deferred', (visit) =>
      visit.render('deferred', {
        a: defer(read('a', () => 'A')),
        b: defer(read('b', () => 'B')),
        slow: defer(
          read('slow', () => 'S'),
          { group: 'slow' },
        ),
        broken: defer(() => Promise.reject(new Error('broken')), { group: 'broken', rescue: true }),
      }),
    ),
    page('/lists', (visit, _body, query) => {
      const n = Number(query.get('page') ?? 1)
      return visit.render('lists', {
        added: merge(() => [n]),
        ahead: prepend(() => [n]),
        matched: merge(
          () => [
            { id: 0, n },
            { id: n, n },
          ],
          { matchOn: 'id' },
        ),
        deep: deepMerge(() => ({ last: n, items: [{ id: n }] }), { matchOn: 'items.id' }),
        feed: scroll(() => ({ data: [n], page: n }), {
          page: (value) => ({ current: value.page, previous: value.page - 1, next: value.page + 1 }),
        }),
      })
    }),
    page('/once', (visit) => visit.render('once', { plans: once(read('plans', () => ['gold'])) })),
    page('/once-more', (visit) => visit.render('once-more', { plans: once(read('plans', () => ['gold'])) })),
    page('/secret', (visit) => visit.encryptHistory().render('secret', { secret: 'x' })),
    page('/failing', (visit) =>
      visit.render('failing', { failing: () => Promise.reject(new Error('no database')) }),
    ),
    page('/out', async (visit, _body, query) => visit.location(query.get('to') ?? '')),
    page('/to-fragment', async (visit) => visit.redirect('/account#owner')),
  ]
}

function forms({ account }: ExampleApp): Route[] {
  const write =
    (then: (visit: Visit | ExpressVisit) => ReturnType<Route['handle']>): Route['handle'] =>
    (visit, { name }) => {
      if (typeof name === 'string' && name.length < 3) {
        return visit.errors({ name: 'is too short' }).flash({ notice: 'Not saved' }).back()
      }
      account.name = String(name)
      return then(visit.flash({ notice: 'Saved' }))
    }
  const toAccount = write((visit) => visit.redirect('/account'))
  return [
    { method: 'post', path: '/account', handle: toAccount },
    { method: 'put', path: '/account', handle: toAccount },
    { method: 'patch', path: '/account', handle: toAccount },
    {
      method: 'delete',
      path: '/account',
      handle: async (visit) => visit.flash({ notice: 'Gone' }).redirect('/once'),
    },
    { method: 'post', path: '/sign-out', handle: async (visit) => visit.clearHistory().redirect('/once') },
  ]
}

function recorded(route: Route, app: ExampleApp): Route {
  return {
    ...route,
    handle(visit, body, query) {
      app.requests.push(`${route.method.toUpperCase()} ${route.path}`)
      return route.handle(visit, body, query)
    },
  }
}

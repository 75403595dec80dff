import { expect, onTestFinished, test, vi } from 'vitest'
import { defineSchema, model, text } from '../schema/index.ts'
import { silentLogger } from '../server/logger.ts'
import { createInertia } from './create-inertia.ts'
import type { InertiaOptions } from './options.ts'
import type { Page } from './page.ts'
import { defer } from './prop.ts'
import type { Visit } from './visit.ts'

const document = ({ body }: { body: string }) => body
const secret = 'a secret of the tests'

interface Sent {
  readonly url?: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly isInertia?: boolean
}

function answer(
  sent: Sent,
  handler: (visit: Visit) => Response | Promise<Response>,
  options: Partial<InertiaOptions> = {},
): Promise<Response> {
  const { url = 'http://app.test/accounts?page=2', method = 'GET', isInertia = true } = sent
  const headers = { ...(isInertia && { 'x-inertia': 'true' }), ...sent.headers }
  return createInertia({ document, secret, ...options }).handle(
    new Request(url, { method, headers }),
    handler,
  )
}

const render = (visit: Visit) => visit.render('accounts', { name: 'Acme' })
const page = async (response: Response) => (await response.clone().json()) as Page

/** What a browser sends back of the cookies that an answer sets. */
const cookieOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')

test('the client gets JSON with the page object, and caches are told that a document has the same address', async () => {
  const response = await answer({}, render, { version: 'v1' })

  expect(response.status).toBe(409)
  const current = await answer({ headers: { 'x-inertia-version': 'v1' } }, render, { version: () => 'v1' })
  expect(current.status).toBe(200)
  expect(Object.fromEntries(current.headers)).toEqual({
    'cache-control': 'no-cache, private',
    'content-type': 'application/json',
    vary: 'X-Inertia',
    'x-inertia': 'true',
  })
  expect(await page(current)).toEqual({
    component: 'accounts',
    props: { errors: {}, name: 'Acme' },
    url: '/accounts?page=2',
    version: 'v1',
    sharedProps: ['errors'],
  })
})

test('a GET for another version is answered before the handler runs; a form is answered first', async () => {
  let handled = 0
  const handler = (visit: Visit) => (handled++, render(visit))
  const headers = { 'x-inertia-version': 'old' }

  const get = await answer({ headers }, handler, { version: async () => 'new' })
  const post = await answer({ headers, method: 'POST' }, handler, { version: 'new' })
  const first = await answer({ isInertia: false }, handler, { version: 'new' })

  expect(get.status).toBe(409)
  expect(get.headers.get('x-inertia-location')).toBe('/accounts?page=2')
  expect(get.headers.get('x-inertia-version')).toBe('new')
  expect(get.headers.get('vary')).toBe('X-Inertia')
  expect([post.status, first.status, handled]).toEqual([200, 200, 2])
})

test('a path that looks like a host cannot lead a browser to it', async () => {
  const url = 'http://app.test//evil.test/a'

  const reload = await answer({ url }, render, { version: 'v1' })
  const shown = await answer({ url }, render)

  expect(reload.headers.get('x-inertia-location')).toBe('/evil.test/a')
  expect((await page(shown)).url).toBe('/evil.test/a')
})

test('no value of a prop can leave the script that carries it', async () => {
  const hostile = '</script><script>alert(1)</script><!-- \u2028 "quoted" & \\'

  const response = await answer({ isInertia: false }, (visit) => visit.render('accounts', { name: hostile }))
  const html = await response.text()

  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(html.match(/<\/?script/g)).toEqual(['<script', '</script'])
  expect(html).toMatch(/^<script data-page="app" type="application\/json">/)
  expect(html).toMatch(/<\/script><div id="app"><\/div>$/)
  const json = /json">(.*)<\/script>/s.exec(html)?.[1] ?? ''
  expect((JSON.parse(json) as Page).props['name']).toBe(hostile)
})

test('a rendered document contains what the server rendered; when that fails the browser renders', async () => {
  const whole = ({ head, body }: { head: string; body: string }) => `${head}|${body}`
  const errors: unknown[] = []
  const logger = { debug() {}, info() {}, warn() {}, error: (fields: object) => void errors.push(fields) }
  const sent = { isInertia: false }

  const rendered = await answer(sent, render, {
    document: whole,
    ssr: ({ component }) => ({ head: ['<title>A</title>', '<meta>'], body: `<b>${component}</b>` }),
  })
  const failed = await answer(sent, render, {
    document: whole,
    logger,
    ssr: () => Promise.reject(new Error('no renderer')),
  })

  expect(await rendered.text()).toBe('<title>A</title>\n<meta>|<b>accounts</b>')
  expect(await failed.text()).toMatch(/^\|<script data-page="app".*<div id="app"><\/div>$/)
  expect(errors).toEqual([{ component: 'accounts', error: new Error('no renderer') }])
})

test.each([
  ['PUT', 302, 303],
  ['PATCH', 302, 303],
  ['DELETE', 301, 303],
  ['PUT', 307, 307],
  ['POST', 302, 302],
  ['GET', 302, 302],
])('after %s a %i of any framework leaves as %i', async (method, status, expected) => {
  const response = await answer({ method }, () => new Response(null, { status, headers: { location: '/a' } }))

  expect([response.status, response.headers.get('location')]).toEqual([expected, '/a'])
})

test('a redirect of the visit comes with GET whatever the method was, and stays on a relative address', async () => {
  const from = (method: string, headers = {}) => answer({ method, headers }, (visit) => visit.back('/home'))

  const put = await answer({ method: 'PUT' }, (visit) => visit.redirect('edit?ü=1'))
  const known = await from('DELETE', { referer: 'http://app.test/accounts/1?tab=2' })
  const foreign = await from('POST', { referer: 'http://evil.test/accounts' })
  const unknown = await from('POST')

  expect([put.status, put.headers.get('location')]).toEqual([303, '/edit?%C3%BC=1'])
  expect([known.status, known.headers.get('location')]).toEqual([303, '/accounts/1?tab=2'])
  expect(foreign.headers.get('location')).toBe('/home')
  expect(unknown.headers.get('location')).toBe('/home')
})

test('a redirect to another site or to a fragment is told to the client, which goes there itself', async () => {
  const redirect = (to: string, sent: Sent = {}) => answer(sent, () => Response.redirect(to))
  const location = (to: string, sent: Sent) => answer(sent, (visit) => visit.location(to))

  const foreign = await redirect('https://pay.test/checkout')
  const fragment = await redirect('http://app.test/a?b=1#c')
  const ahead = await redirect('http://app.test/a#c', { headers: { purpose: 'prefetch' } })
  const first = await redirect('https://pay.test/checkout', { isInertia: false })
  const left = await location('https://pay.test/', {})
  const leftAtFirst = await location('https://pay.test/', { isInertia: false, method: 'POST' })

  expect([foreign.status, foreign.headers.get('x-inertia-location')]).toEqual([
    409,
    'https://pay.test/checkout',
  ])
  expect(foreign.headers.get('location')).toBeNull()
  expect([fragment.status, fragment.headers.get('x-inertia-redirect')]).toEqual([409, '/a?b=1#c'])
  expect([ahead.status, ahead.headers.get('location')]).toEqual([302, 'http://app.test/a#c'])
  expect([first.status, first.headers.get('location')]).toEqual([302, 'https://pay.test/checkout'])
  expect([left.status, left.headers.get('x-inertia-location')]).toEqual([409, 'https://pay.test/'])
  expect([leftAtFirst.status, leftAtFirst.headers.get('location')]).toEqual([303, 'https://pay.test/'])
})

test.each(['javascript:alert(1)', 'data:text/html,x', 'http://'])('%s is no address to go to', async (to) => {
  await expect(answer({}, (visit) => visit.location(to))).rejects.toThrow('is no address to redirect to')
})

test('errors and flash survive redirects, refused versions and prefetches, and are shown once', async () => {
  const set = await answer({ method: 'POST' }, (visit) =>
    visit.errors({ name: 'is too short' }).flash({ notice: 'Not saved' }).back('/a'),
  )
  const cookie = cookieOf(set)
  const headers = { cookie }

  const onward = await answer({ headers }, (visit) => visit.redirect('/b'))
  const outdated = await answer({ headers }, render, { version: 'new' })
  const ahead = await answer({ headers: { cookie, purpose: 'prefetch' } }, render)
  const shown = await answer({ headers }, render)
  const after = await answer({ headers: { cookie: cookieOf(shown) } }, render)

  expect([onward, outdated, ahead].flatMap((response) => response.headers.getSetCookie())).toEqual([])
  expect((await page(ahead)).flash).toBeUndefined()
  expect(await page(shown)).toMatchObject({
    props: { errors: { name: 'is too short' } },
    flash: { notice: 'Not saved' },
  })
  expect(shown.headers.getSetCookie()).toEqual([expect.stringMatching(/=; .*Max-Age=0/)])
  expect(await page(after)).toMatchObject({ props: { errors: {} } })
  expect((await page(after)).flash).toBeUndefined()
})

test('a page that fails leaves errors and flash for the next try', async () => {
  const set = await answer({ method: 'POST' }, (visit) => visit.flash({ notice: 'Saved' }).back())
  const headers = { cookie: cookieOf(set) }
  const fail = () => Promise.reject(new Error('no database'))

  await expect(answer({ headers }, (visit) => visit.render('a', { fail }))).rejects.toThrow('no database')
  const again = await answer({ headers }, render)

  expect((await page(again)).flash).toEqual({ notice: 'Saved' })
})

test('errors are always sent, below the bag that the form named', async () => {
  const bagged = await answer({ headers: { 'x-inertia-error-bag': 'invite' } }, (visit) =>
    visit.errors({ email: ['is taken', 'is long'] }).render('a'),
  )
  const named = await answer({}, (visit) =>
    visit.errors({ email: 'x' }, 'other').errors({ name: 'y' }, null).render('a'),
  )
  const partial = await answer(
    { headers: { 'x-inertia-partial-component': 'a', 'x-inertia-partial-data': 'b' } },
    (visit) => visit.render('a', { b: 1, c: 2 }),
  )

  expect((await page(bagged)).props['errors']).toEqual({ invite: { email: ['is taken', 'is long'] } })
  expect((await page(named)).props['errors']).toEqual({ other: { email: 'x' }, name: 'y' })
  expect((await page(partial)).props).toEqual({ errors: {}, b: 1 })
})

test('a changed cookie carries nothing, an older secret still opens, and a cookie too long is refused aloud', async () => {
  const set = await answer({ method: 'POST' }, (visit) => visit.flash({ notice: 'Saved' }).back())
  const cookie = cookieOf(set)

  const forged = await answer({ headers: { cookie: cookie.replace(/=../, '=e3') } }, render)
  const rotated = await answer({ headers: { cookie } }, render, { secret: ['new secret', secret] })

  expect(set.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Lax; Max-Age=300$/)
  expect((await page(forged)).flash).toBeUndefined()
  expect((await page(rotated)).flash).toEqual({ notice: 'Saved' })
  await expect(
    answer({ method: 'POST' }, (visit) => visit.flash({ notice: 'x'.repeat(4_000) }).back()),
  ).rejects.toThrow(/cookie of \d+ bytes; browsers keep 4,096/)
})

test('without a secret pages work and a redirect that carries something says what is missing', async () => {
  const options = { secret: undefined } as object
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const name of ['SYNCLINE_SECRET', 'JWT_SECRET']) vi.stubEnv(name, undefined)

  const shown = await answer({}, (visit) => visit.flash({ notice: 'now' }).render('a'), options)
  const plain = await answer({}, (visit) => visit.redirect('/a'), options)

  expect((await page(shown)).flash).toEqual({ notice: 'now' })
  expect(plain.status).toBe(302)
  await expect(answer({}, (visit) => visit.flash({ a: 1 }).back(), options)).rejects.toThrow(
    'Set SYNCLINE_SECRET',
  )
})

test('an adapter that can carry nothing says so when it is made, before a form is sent', () => {
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const name of ['SYNCLINE_SECRET', 'JWT_SECRET']) vi.stubEnv(name, undefined)
  const told: string[] = []
  const logger = { ...silentLogger, warn: (_fields: object, message: string) => void told.push(message) }
  const make = (options: object) => createInertia({ document, logger, ...options })

  make({})
  const before = told.splice(0)
  make({ secret: 'a secret that is long enough for its cookie' })
  make({ carry: { read: () => null, write() {} } })

  expect(before).toEqual([expect.stringMatching(/^Errors and flash .* 500 .* Set SYNCLINE_SECRET/)])
  expect(told).toEqual([])
})

test('a store of the application carries in place of the cookie', async () => {
  let kept: object | null = null
  const carry = { read: () => kept, write: (carried: object | null) => void (kept = carried) }

  const set = await answer({ method: 'POST' }, (visit) => visit.errors({ name: 'x' }).back(), { carry })
  const shown = await answer({}, render, { carry })

  expect(set.headers.getSetCookie()).toEqual([])
  expect((await page(shown)).props['errors']).toEqual({ name: 'x' })
  expect(kept).toBeNull()
})

test('history is encrypted by default, by page, and cleared by the page behind the redirect', async () => {
  const signOut = await answer({ method: 'POST' }, (visit) =>
    visit.clearHistory().preserveFragment().redirect('/'),
  )

  const cleared = await page(await answer({ headers: { cookie: cookieOf(signOut) } }, render))
  const all = await page(await answer({}, render, { encryptHistory: true }))
  const one = await page(await answer({}, (visit) => visit.encryptHistory().render('a')))
  const none = await page(
    await answer({}, (visit) => visit.encryptHistory(false).render('a'), { encryptHistory: true }),
  )

  expect(cleared).toMatchObject({ clearHistory: true, preserveFragment: true })
  expect([all.encryptHistory, one.encryptHistory, none.encryptHistory]).toEqual([true, true, undefined])
})

test('shared props are on every page, named as shared, and give way to the page’s own', async () => {
  const share = async (request: Request) => ({
    path: new URL(request.url).pathname,
    name: 'shared',
    lazy: () => 1,
  })

  const response = await answer({}, (visit) => visit.share({ more: 2 }).render('a', { name: 'own' }), {
    share,
  })

  expect(await page(response)).toMatchObject({
    props: { errors: {}, path: '/accounts', name: 'own', lazy: 1, more: 2 },
    sharedProps: ['errors', 'path', 'name', 'lazy', 'more'],
  })
})

test('R1: the position is older than everything that the page reads, and travels with every answer', async () => {
  let clock = 0
  const position = () => ({ cursor: `at ${++clock}`, debounceMs: 300 })
  const tick = () => ++clock
  const handler = (visit: Visit) => {
    const eager = tick()
    return visit.render('a', { eager, lazy: tick, later: defer(tick) })
  }
  const partial = { 'x-inertia-partial-component': 'a', 'x-inertia-partial-data': 'later' }

  const first = await page(await answer({}, handler, { position, share: () => ({ shared: tick() }) }))
  const later = await page(await answer({ headers: partial }, handler, { position }))

  expect(first.props).toMatchObject({
    sync: { cursor: 'at 1', debounceMs: 300 },
    eager: 2,
    shared: 3,
    lazy: 4,
  })
  expect(later.props).toEqual({ errors: {}, later: 7, sync: { cursor: 'at 5', debounceMs: 300 } })
})

test('a page stands without sync when there is no position', async () => {
  const errors: unknown[] = []
  const logger = { debug() {}, info() {}, warn() {}, error: (fields: object) => void errors.push(fields) }

  const off = await page(await answer({}, render, { position: () => null }))
  const failed = await page(
    await answer({}, render, { logger, position: () => Promise.reject(new Error('not started')) }),
  )

  expect([off.props['sync'], failed.props['sync']]).toEqual([null, null])
  expect(errors).toEqual([{ error: new Error('not started') }])
})

test('a partial reload is counted by component and logged; a whole page is neither', async () => {
  const counted: unknown[] = []
  const logged: unknown[] = []
  const metrics = { count: (...count: unknown[]) => void counted.push(count) }
  const logger = { ...silentLogger, debug: (line: object) => void logged.push(line) }
  const partial = (component: string) => ({
    'x-inertia-partial-component': component,
    'x-inertia-partial-data': 'name',
  })

  for (const headers of [partial('accounts'), partial('account'), {}])
    await answer({ headers }, render, { metrics, logger })

  expect(counted).toEqual([['syncline_partial_reloads_total', 1, { component: 'accounts' }]])
  expect(logged).toEqual([{ component: 'accounts', only: ['name'] }])
})

test('with the schema it is counted by the models of its props too', async () => {
  const counted: unknown[] = []
  const metrics = { count: (...count: unknown[]) => void counted.push(count) }
  const schema = defineSchema({ models: { account: model('accounts', { name: text() }) } })
  const headers = { 'x-inertia-partial-component': 'accounts', 'x-inertia-partial-data': 'accounts,name' }

  await answer({ headers }, render, { metrics, schema })

  expect(counted.slice(1)).toEqual([['syncline_model_reloads_total', 1, { model: 'account' }]])
})

test('an answer of another kind passes, with its own headers and with `Vary` once', async () => {
  const headers = { vary: 'Accept, x-inertia', 'set-cookie': 'a=1', etag: '"1"' }

  const response = await answer({}, () => new Response('{"a":1}', { status: 201, headers }))

  expect(response.status).toBe(201)
  expect(response.headers.get('vary')).toBe('Accept, x-inertia')
  expect(response.headers.get('etag')).toBe('"1"')
  expect(response.headers.getSetCookie()).toEqual(['a=1'])
  expect(await response.text()).toBe('{"a":1}')
})

test('an error page is a page with a status', async () => {
  const response = await answer({}, (visit) =>
    visit.render('error', { status: 404 }, { status: 404, headers: { 'cache-control': 'no-store' } }),
  )

  expect([response.status, response.headers.get('x-inertia'), response.headers.get('cache-control')]).toEqual(
    [404, 'true', 'no-store'],
  )
})

test('an adapter without a document, and a handler that gives no answer, are told what to give', async () => {
  const noAnswer = (given: unknown) => answer({}, () => given as Response)

  expect(() => createInertia(undefined as never)).toThrow(
    '`document` of createInertia() is no function. Give',
  )
  expect(() => createInertia({} as never)).toThrow('createInertia({ document: ')
  await expect(noAnswer(undefined)).rejects.toThrow(
    'The handler of GET /accounts returned undefined, which is no answer. Return visit.render(…), visit.redirect(…) or visit.back().',
  )
  await expect(answer({}, (visit) => visit.errors({ name: 'No.' }) as never)).rejects.toThrow(
    'returned the visit itself',
  )
})

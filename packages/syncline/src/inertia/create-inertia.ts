/**
 * The Inertia 3 server protocol for functions of Request and Response.
 *
 * ```ts
 * const inertia = createInertia({ document: ({ head, body }) => `<!doctype html>…${head}…${body}…` })
 * const answer = (request: Request) =>
 *   inertia.handle(request, (visit) => visit.render('accounts', { accounts: () => listAccounts() }))
 * ```
 *
 * A request: version (409) → position → handler → redirect as the client can follow it → what is carried, `Vary`.
 *
 * R1 no lost refresh: the position is read before the handler runs, so no query of the page is older than it
 */
import { environmentSecret } from '../server/environment.ts'
import { silentLogger, standardLogger } from '../server/logger.ts'
import type { PagePosition } from '../server/page-position.ts'
import { isEmptySecret, MAKE_SECRET, secretWarnings } from '../server/secrets.ts'
import { isInertia } from './asked.ts'
import { type CarryStore, carryInCookie } from './carried.ts'
import type { InertiaOptions } from './options.ts'
import { followable, pathOf } from './redirect.ts'
import { Visit } from './visit.ts'

export interface Inertia {
  /**
   * Answers a request with what the handler makes of the visit. Redirects of any origin leave in the form that the
   * client can follow; other answers pass as they are. Rejects when the handler does.
   */
  handle(request: Request, handler: (visit: Visit) => Response | Promise<Response>): Promise<Response>
}

/** Makes an application's adapter; one for all requests. */
export function createInertia(options: InertiaOptions): Inertia {
  if (typeof options?.document !== 'function')
    throw new TypeError(
      '`document` of createInertia() is no function. Give one that puts the page into HTML: createInertia({ document: ({ head, body }) => `<!doctype html>…${head}…${body}…` }).',
    )
  const carry = options.carry ?? defaultCarry(options)
  return {
    async handle(request, handler) {
      const version = await readVersion(options, request)
      if (isOutdated(request, version)) return vary(reload(request, version))
      const position = await readPosition(options, request)
      const carried = await carry.read(request)
      const visit = new Visit({ request, options, version, position, carried })
      const response = vary(followable(request, answerOf(request, await handler(visit))))
      const toCarry = visit.toCarry()
      if (toCarry !== undefined) await carry.write(toCarry, request, response.headers)
      return response
    },
  }
}

/** A handler without `return`, and one that ends with what is only said to the visit, would fail far from here. */
function answerOf({ method, url }: Request, answer: unknown): Response {
  // Frameworks bring a `Response` of their own.
  if (typeof (answer as Partial<Response> | undefined)?.headers?.get === 'function') return answer as Response
  const given = answer instanceof Visit ? 'the visit itself' : String(answer)
  throw new TypeError(
    `The handler of ${method} ${new URL(url).pathname} returned ${given}, which is no answer. Return visit.render(…), visit.redirect(…) or visit.back().`,
  )
}

function defaultCarry({ secret = environmentSecret()?.secret, logger }: InertiaOptions): CarryStore {
  if (secret !== undefined) {
    if (isEmptySecret(secret))
      throw new TypeError(`createInertia() was given an empty secret. Give ${MAKE_SECRET}.`)
    for (const warning of secretWarnings('`secret` of createInertia()', secret)) logger?.warn({}, warning)
    return carryInCookie(secret)
  }
  // The redirect comes after the handler has written: who hears of it only then writes twice.
  const log = logger ?? standardLogger
  log.warn({}, `Errors and flash will answer 500 instead of being carried over a redirect: ${REMEDY}`)
  return {
    read: () => null,
    write(carried) {
      if (carried) throw new TypeError(NO_SECRET)
    },
  }
}

const REMEDY =
  'there is no secret to sign a cookie with. Set SYNCLINE_SECRET, or give `createInertia` a `secret` or a `carry` store.'
const NO_SECRET = `Errors or flash cannot be carried over this redirect: ${REMEDY}`

async function readPosition(options: InertiaOptions, request: Request): Promise<PagePosition | null> {
  try {
    return (await options.position?.(request)) ?? null
  } catch (error) {
    const { logger = silentLogger } = options
    logger.error({ error }, 'inertia: no position; the page stands without sync')
    return null
  }
}

async function readVersion({ version = null }: InertiaOptions, request: Request): Promise<string | null> {
  return typeof version === 'function' ? await version(request) : version
}

/** A browser that shows pages of other assets; forms are answered first. */
function isOutdated({ headers, method }: Request, version: string | null): boolean {
  return (
    method === 'GET' && isInertia(headers) && (headers.get('x-inertia-version') ?? '') !== (version ?? '')
  )
}

function reload(request: Request, version: string | null): Response {
  const headers = { 'x-inertia-location': pathOf(new URL(request.url)), 'x-inertia-version': version ?? '' }
  return new Response(null, { status: 409, headers })
}

/** A copy whose headers can be changed: one address has two answers, and caches must know. */
function vary(response: Response): Response {
  const copy = new Response(response.body, response)
  const varied =
    copy.headers
      .get('vary')
      ?.toLowerCase()
      .split(/\s*,\s*/) ?? []
  if (!varied.includes('x-inertia') && !varied.includes('*')) copy.headers.append('vary', 'X-Inertia')
  return copy
}

/**
 * The HTTP gateway: one function from Request to Response for everything below `/sync`, `/api` and `/health`.
 *
 * Flow: route → preflight → who asks (cookies only where they count) → limits → the call → errors by their table.
 *
 *   A1 closed   without a user nothing but health is answered
 *   A3 silent   every "not there" leaves 25 ms after its request arrived, with the same bytes
 */
import type { Identity } from '../../server/identity.ts'
import type { Core } from '../../server/core.ts'
import type { ConnectionInfo } from '../../server/explain/connections.ts'
import { untilNegativeAnswer } from '../../server/negative-answer.ts'
import { activity } from './activity.ts'
import { NOT_FOUND, UNAUTHENTICATED, isRefused, json, refusal } from './answer.ts'
import type { Call } from './call.ts'
import { crossOriginHeaders, preflightAnswer } from './cross-origin.ts'
import { describeFailure } from './failure.ts'
import { healthAnswer } from './health.ts'
import { createHealthProbe, type HealthProbe } from './health-probe.ts'
import { METRICS_TYPE, metricsText } from './metrics-text.ts'
import { isOperator } from './operator.ts'
import { pull, pullOne } from './pull.ts'
import { push } from './push.ts'
import { readBody } from './read-body.ts'
import { records } from './rest/records.ts'
import { type OpenCall, type Route, isOurs, routeOf } from './route.ts'
import type { RequestContext } from './to-node.ts'
import { isForeignPage, proofOf } from './trusted-cookies.ts'

export interface HttpOptions {
  /** Where the sync calls are. @default '/sync' */
  readonly basePath?: string
  /** Where the records are. @default '/api' */
  readonly apiPath?: string
  /** Token that opens metrics and the details of health. @default nobody sees them */
  readonly operatorToken?: string
  /** Who is connected, for whoever has the token. @default nobody */
  readonly connections?: () => readonly ConnectionInfo[]
}

export interface HttpGateway {
  /** Answers one request; never throws. */
  readonly fetch: (request: Request, context?: RequestContext) => Promise<Response>
  /** Whether a path is for `fetch`. */
  readonly handles: (pathname: string) => boolean
}

/** Makes the gateway of a core. */
export function createHttpGateway(core: Core, options: HttpOptions = {}): HttpGateway {
  const { basePath = '/sync', apiPath = '/api', operatorToken, connections = () => [] } = options
  const paths = { basePath, apiPath }
  const probe = createHealthProbe(core)
  return {
    handles: (pathname) => isOurs(pathname, paths),
    async fetch(request, context = {}) {
      const preflight = preflightAnswer(request, core.allowedOrigins)
      if (preflight) return preflight
      const receivedAtMs = performance.now()
      const url = new URL(request.url)
      const route = routeOf(request.method, url.pathname, paths)
      const response = await answered(core, request, url, route, {
        receivedAtMs,
        probe,
        operatorToken,
        connections,
        ...context,
      })
      if (response.status === 404) await untilNegativeAnswer(receivedAtMs)
      for (const [name, value] of Object.entries(crossOriginHeaders(request, core.allowedOrigins))) {
        response.headers.set(name, value)
      }
      return response
    },
  }
}

interface Circumstances extends RequestContext {
  readonly receivedAtMs: number
  readonly probe: HealthProbe
  readonly operatorToken?: string
  readonly connections: () => readonly ConnectionInfo[]
}

async function answered(
  core: Core,
  request: Request,
  url: URL,
  route: Route,
  circumstances: Circumstances,
): Promise<Response> {
  try {
    return await answer(core, request, url, route, circumstances)
  } catch (error) {
    if (isRefused(error)) return refusal(error)
    if (request.signal.aborted) return new Response(null, { status: 499 })
    core.log.error({ call: route.call, ...describeFailure(error) }, 'An HTTP call failed')
    return refusal({
      code: 'unavailable',
      message: 'The server cannot do this right now. Try again in a moment.',
      retryAfterMs: 1_000,
    })
  }
}

async function answer(
  core: Core,
  request: Request,
  url: URL,
  route: Route,
  { address, receivedAtMs, probe, operatorToken, connections }: Circumstances,
): Promise<Response> {
  switch (route.call) {
    case 'unknown':
      return refusal(NOT_FOUND)
    case 'wrongMethod':
      return wrongMethod(request.method, route.allow)
    case 'health':
      return healthAnswer(await probe(), isOperator(request, operatorToken))
    case 'metrics':
      return isOperator(request, operatorToken) ? metrics(core) : refusal(UNAUTHENTICATED)
    case 'connections':
      return isOperator(request, operatorToken)
        ? json(200, { connections: connections() })
        : refusal(UNAUTHENTICATED)
    case 'position':
      // For the servers of pages. What it tells is no secret, but each answer costs a read of the log.
      return isOperator(request, operatorToken) ? json(200, await core.position()) : refusal(UNAUTHENTICATED)
  }
  await core.ready
  const identity = await core.identify(proofOf(request, core.allowedOrigins))
  if (!identity) return stranger(core, request, address)
  const call: Call = {
    core,
    request,
    url,
    identity,
    receivedAtMs,
    body: () => readBody(request, core.limits.messageBytes),
    take: (amount) => taken(core, identity, route, address, amount),
  }
  return refusedBeforehand(call) ?? answerKnown(call, route)
}

function answerKnown(call: Call, route: Exclude<Route, { call: 'unknown' | 'wrongMethod' | OpenCall }>) {
  switch (route.call) {
    case 'push':
      return push(call)
    case 'pull':
      return pull(call)
    case 'pullOne':
      return pullOne(call)
    case 'activity':
      return activity(call)
    case 'records':
      return records(call, route)
  }
}

function refusedBeforehand({ core, identity, take }: Call): Response | null {
  if (!core.isEnabled(identity.user)) {
    return refusal({
      code: 'disabled',
      message: 'Synchronisation is turned off. Do not try again by itself.',
    })
  }
  const limited = take(1)
  return limited && refusal(limited)
}

/** Takes from what the user may do, and from what everybody at the address may do. */
function taken(core: Core, { user }: Identity, { call }: Route, address: string | undefined, amount: number) {
  const kind = call === 'pull' || call === 'pullOne' ? 'joins' : 'pushes'
  const refused = core.take(kind, { user: user.id }, amount)
  return refused ?? (address === undefined ? null : core.take(kind, { address }, amount))
}

/** Somebody who proves nothing; too many of them from one address are told to wait. */
function stranger(core: Core, request: Request, address: string | undefined): Response {
  const limited = address === undefined ? null : core.takeConnect(address)
  if (limited) return refusal(limited)
  if (!isForeignPage(request, core.allowedOrigins)) return refusal(UNAUTHENTICATED)
  return refusal(core.foreignOrigin(request.headers.get('origin')))
}

function metrics(core: Core): Response {
  return new Response(metricsText(core.metrics.read()), {
    headers: { 'content-type': METRICS_TYPE, 'cache-control': 'no-store' },
  })
}

function wrongMethod(method: string, allow: string): Response {
  const message = `This path does not answer ${method.slice(0, 20)}. Use one of: ${allow}.`
  const response = refusal({ code: 'invalid_message', message })
  return new Response(response.body, {
    status: 405,
    headers: { ...Object.fromEntries(response.headers), allow },
  })
}

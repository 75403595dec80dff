/**
 * `syncline/inertia/express`: `app.use(inertiaExpress(inertia))`, then `req.inertia.render('accounts', props)`.
 *
 * `res.redirect` is answered through the adapter too. Failures go to the application's error handler, whether the
 * handler waits for the answer or not.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Errors } from './carried.ts'
import type { Inertia } from './create-inertia.ts'
import type { RenderOptions, Visit } from './visit.ts'

type Send = (answer: () => Response | Promise<Response>) => Promise<void>
type Next = (error?: unknown) => void
type Props = Readonly<Record<string, unknown>>
type Outgoing = ServerResponse & { redirect?: (...target: [string] | [number, string]) => void }

declare global {
  // Express takes the fields of a request from this interface.
  namespace Express {
    interface Request {
      inertia: ExpressVisit
    }
  }
}

/** A visit whose answers are sent; each resolves when the answer went to Node or its failure to `next`. */
export class ExpressVisit {
  /** What the answers are made with. */
  readonly visit: Visit
  readonly #send: Send

  constructor(visit: Visit, send: Send) {
    this.visit = visit
    this.#send = send
  }

  /** As `Visit.share`. */
  share(props: Props): this {
    this.visit.share(props)
    return this
  }

  /** As `Visit.flash`. */
  flash(data: Props): this {
    this.visit.flash(data)
    return this
  }

  /** As `Visit.errors`. */
  errors(errors: Errors, bag?: string | null): this {
    this.visit.errors(errors, bag)
    return this
  }

  /** As `Visit.encryptHistory`. */
  encryptHistory(encrypts?: boolean): this {
    this.visit.encryptHistory(encrypts)
    return this
  }

  /** As `Visit.clearHistory`. */
  clearHistory(): this {
    this.visit.clearHistory()
    return this
  }

  /** As `Visit.preserveFragment`. */
  preserveFragment(): this {
    this.visit.preserveFragment()
    return this
  }

  /** Sends a page. */
  render(component: string, props?: Props, options?: RenderOptions): Promise<void> {
    return this.#send(() => this.visit.render(component, props, options))
  }

  /** Sends a redirect to another page of the application. */
  redirect(to: string): Promise<void> {
    return this.#send(() => this.visit.redirect(to))
  }

  /** Sends a redirect to where the request came from. */
  back(fallback?: string): Promise<void> {
    return this.#send(() => this.visit.back(fallback))
  }

  /** Sends the browser to an address that it loads as a document. */
  location(to: string): Promise<void> {
    return this.#send(() => this.visit.location(to))
  }
}

/** Gives the handlers behind it `req.inertia`. */
export function inertiaExpress(
  inertia: Inertia,
): (incoming: IncomingMessage, outgoing: ServerResponse, next: Next) => void {
  return (incoming, outgoing, proceed) => {
    // Answers that never pass the adapter differ by this header as well.
    outgoing.appendHeader('vary', 'X-Inertia')
    const answered = inertia.handle(
      toRequest(incoming),
      (visit) => new Promise<Response>((resolve, reject) => expose(visit, resolve, reject)),
    )
    const sent = answered
      .then((response) => send(response, outgoing))
      .catch((error: unknown) => proceed(error))

    function expose(visit: Visit, resolve: (response: Response) => void, reject: (error: unknown) => void) {
      const exposed = new ExpressVisit(visit, async (answer) => {
        await Promise.resolve().then(answer).then(resolve, reject)
        await sent
      })
      Object.assign(incoming, { inertia: exposed })
      takeRedirects(outgoing, resolve)
      proceed()
    }
  }
}

/** `res.redirect(to)` and `res.redirect(status, to)`. */
function takeRedirects(outgoing: Outgoing, resolve: (response: Response) => void): void {
  outgoing.redirect = (...target) => {
    const [status, to] = target.length === 1 ? [302, target[0]] : target
    resolve(new Response(null, { status, headers: { location: asciiOf(to) } }))
  }
}

/** Headers are bytes; what is encoded already stays as it is. */
function asciiOf(address: string): string {
  // Through bytes, because half of a pair of surrogates cannot be encoded.
  return address.replace(/[^\x21-\x7e]+/g, (part) => encodeURI(Buffer.from(part).toString()))
}

function toRequest(incoming: IncomingMessage & { originalUrl?: string }): Request {
  const { method = 'GET', originalUrl, url = '/' } = incoming
  const scheme = 'encrypted' in incoming.socket ? 'https' : 'http'
  const path = `/${(originalUrl ?? url).replace(/^\/+/, '')}`
  const host = incoming.headers.host ?? ''
  const origin = URL.canParse(`${scheme}://${host}`) ? `${scheme}://${host}` : `${scheme}://localhost`
  return new Request(new URL(path, origin), { method, headers: headersOf(incoming) })
}

function headersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value)
  }
  return headers
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer())
  outgoing.statusCode = response.status
  for (const [name, value] of response.headers) {
    if (name === 'vary') continue
    // Cookies of the application, such as its session's, stay beside ours.
    if (name === 'set-cookie') outgoing.appendHeader(name, value)
    else outgoing.setHeader(name, value)
  }
  outgoing.end(body)
}

/**
 * One request of an Inertia application, from its handler's side: render a page or redirect, and say what goes along.
 *
 * `render` reads the props and takes what an earlier redirect carried; errors and flash that are set before a redirect
 * are carried to the page behind it.
 */
import { silentLogger } from '../server/logger.ts'
import { isInertia, isPrefetch, readAsked } from './asked.ts'
import type { PagePosition } from '../server/page-position.ts'
import { type Carried, combineCarried, type Errors } from './carried.ts'
import { documentParts, type Rendered } from './document.ts'
import { modelsOfProps } from './models-of-props.ts'
import type { InertiaOptions } from './options.ts'
import { noted, type Page } from './page.ts'
import { always } from './prop.ts'
import { cameFrom, locationOf, pathOf, redirectTo } from './redirect.ts'
import { resolveProps } from './resolve-props.ts'

type Props = Readonly<Record<string, unknown>>

export interface RenderOptions {
  /** @default 200 */
  readonly status?: number
  /** Added to the answer. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What is known when a visit begins. */
export interface VisitStart {
  readonly request: Request
  readonly options: InertiaOptions
  readonly version: string | null
  readonly position: PagePosition | null
  /** From the redirect before; null for nothing. */
  readonly carried: Carried | null
}

/** Made by `Inertia.handle` for each request. */
export class Visit {
  readonly request: Request
  readonly #start: VisitStart
  #shared: Props = {}
  #staged: Carried | null = null
  #encryptsHistory: boolean
  #hasRendered = false

  constructor(start: VisitStart) {
    this.#start = start
    this.request = start.request
    this.#encryptsHistory = start.options.encryptHistory ?? false
  }

  /** Whether the Inertia client asks, not a first load. */
  get isInertia(): boolean {
    return isInertia(this.request.headers)
  }

  /** Adds props to every page of this request. */
  share(props: Props): this {
    this.#shared = { ...this.#shared, ...props }
    return this
  }

  /** Data that is shown once, with the next page: `page.flash`. */
  flash(data: Props): this {
    return this.#stage({ flash: data })
  }

  /** Validation errors of the next page: `page.props.errors`, below the error bag when the form named one. */
  errors(errors: Errors, bag: string | null = this.request.headers.get('x-inertia-error-bag')): this {
    return this.#stage({ errors: bag ? { [bag]: errors as never } : errors })
  }

  /** Encrypts what the browser keeps of this page in its history. */
  encryptHistory(encrypts = true): this {
    this.#encryptsHistory = encrypts
    return this
  }

  /** Makes the browser unable to read the pages that it encrypted so far; for signing out. */
  clearHistory(): this {
    return this.#stage({ clearHistory: true })
  }

  /** Keeps the fragment of the address over a redirect. */
  preserveFragment(): this {
    return this.#stage({ preserveFragment: true })
  }

  /** A page: JSON for the client, a document for a first load. Rejects with the error of a prop that fails. */
  async render(component: string, props: Props = {}, options: RenderOptions = {}): Promise<Response> {
    const page = await this.#page(component, props)
    // Now it counts as shown: had a prop failed, errors and flash would have waited.
    this.#hasRendered = !isPrefetch(this.request.headers)
    const headers = new Headers({ 'cache-control': 'no-cache, private', ...options.headers })
    const { status = 200 } = options
    if (this.isInertia) {
      headers.set('x-inertia', 'true')
      headers.set('content-type', 'application/json')
      return new Response(JSON.stringify(page), { status, headers })
    }
    headers.set('content-type', 'text/html; charset=utf-8')
    return new Response(await this.#document(page), { status, headers })
  }

  /** To another page of the application. */
  redirect(to: string): Response {
    return redirectTo(this.request, to)
  }

  /** To the page that the request came from; to the fallback when that is unknown or another site's. */
  back(fallback = '/'): Response {
    return redirectTo(this.request, cameFrom(this.request, fallback))
  }

  /** To an address that the browser loads as a document: another site, or a page without Inertia. */
  location(to: string): Response {
    return locationOf(this.request, to)
  }

  /** What the next request of this browser finds; undefined leaves it as it is. */
  toCarry(): Carried | null | undefined {
    if (this.#hasRendered) return this.#start.carried ? null : undefined
    return this.#staged ? combineCarried(this.#start.carried, this.#staged) : undefined
  }

  #stage(carried: Carried): this {
    this.#staged = combineCarried(this.#staged, carried)
    return this
  }

  async #page(component: string, props: Props): Promise<Page> {
    const { options, version, carried: earlier } = this.#start
    const carried = isPrefetch(this.request.headers) ? this.#staged : combineCarried(earlier, this.#staged)
    const { flash, errors = {}, clearHistory, preserveFragment } = carried ?? {}
    const shared = { errors: always(errors), ...(await options.share?.(this.request)), ...this.#shared }
    const asked = readAsked(this.request.headers, component)
    if (asked.isPartial) this.#noteReload(component, asked.only)
    const { props: values, notes } = await resolveProps(
      { ...shared, ...props, ...this.#sync() },
      { asked, onRescue: (path, error) => this.#warn(error, { path }), nowMs: Date.now() },
    )
    return {
      component,
      props: values,
      url: pathOf(new URL(this.request.url)),
      version,
      ...(this.#encryptsHistory && { encryptHistory: true }),
      ...(clearHistory && { clearHistory }),
      ...(preserveFragment && { preserveFragment }),
      ...(flash && { flash }),
      sharedProps: Object.keys(shared),
      ...noted(notes),
    }
  }

  #noteReload(component: string, only: readonly string[]): void {
    const { logger = silentLogger, metrics, schema } = this.#start.options
    // Not by prop: what a browser asks for may be anything.
    metrics?.count('syncline_partial_reloads_total', 1, { component })
    for (const model of schema ? modelsOfProps(schema, only) : [])
      metrics?.count('syncline_model_reloads_total', 1, { model })
    logger.debug({ component, only }, 'inertia: a page reloads some of its props')
  }

  #sync(): Props {
    return this.#start.options.position ? { sync: always(this.#start.position) } : {}
  }

  async #document(page: Page): Promise<string> {
    const { document, ssr } = this.#start.options
    const rendered = ssr ? await this.#rendered(ssr, page) : null
    return document(documentParts(page, this.request, rendered))
  }

  async #rendered(ssr: NonNullable<InertiaOptions['ssr']>, page: Page): Promise<Rendered | null> {
    try {
      return await ssr(page, this.request)
    } catch (error) {
      this.#warn(error, { component: page.component })
      return null
    }
  }

  #warn(error: unknown, where: Readonly<Record<string, string>>): void {
    const { logger = silentLogger } = this.#start.options
    logger.error({ ...where, error }, 'inertia: the page went out without this part')
  }
}

/**
 * What a request asks of a page, read from the headers of the Inertia client.
 *
 * Names of props are dotted paths. A path selects itself and what is below it, and is reached through what is above
 * it: `only: ['account.name']` passes `account` to get to `name`.
 */

/** What a request for one component asks for. */
export interface Asked {
  /** By the Inertia client, not a first load. */
  readonly isInertia: boolean
  /** A reload of some props of the component that the browser shows. */
  readonly isPartial: boolean
  readonly only: readonly string[]
  readonly except: readonly string[]
  /** Props whose value is replaced although it would grow. */
  readonly reset: ReadonlySet<string>
  /** Keys of the once props that the browser has. */
  readonly kept: ReadonlySet<string>
  /** On which side an infinite scroll adds the page. */
  readonly scrollSide: 'append' | 'prepend'
}

/** Reads the headers for a component; a partial reload of another component is a whole page. */
export function readAsked(headers: Headers, component: string): Asked {
  const isPartial = headers.get('x-inertia-partial-component') === component
  return {
    isInertia: isInertia(headers),
    isPartial,
    only: isPartial ? list(headers, 'x-inertia-partial-data') : [],
    except: isPartial ? list(headers, 'x-inertia-partial-except') : [],
    reset: new Set(list(headers, 'x-inertia-reset')),
    kept: new Set(list(headers, 'x-inertia-except-once-props')),
    scrollSide: headers.get('x-inertia-infinite-scroll-merge-intent') === 'prepend' ? 'prepend' : 'append',
  }
}

/** Whether the Inertia client sends the request. */
export function isInertia(headers: Headers): boolean {
  return headers.get('x-inertia') === 'true'
}

/** Whether the browser only fetches ahead: nobody sees the answer yet. */
export function isPrefetch(headers: Headers): boolean {
  return headers.get('purpose') === 'prefetch'
}

/** Whether the answer contains the path or something below it. */
export function reaches({ only, except }: Asked, path: string): boolean {
  if (except.some((excepted) => isWithin(path, excepted))) return false
  return only.length === 0 || only.some((asked) => isWithin(path, asked) || isWithin(asked, path))
}

/** Whether the answer contains the whole of the path. */
export function selects({ only, except }: Asked, path: string): boolean {
  if (except.some((excepted) => isWithin(path, excepted))) return false
  return only.length === 0 || only.some((asked) => isWithin(path, asked))
}

/** Whether the request names something below the path, so that only a part of it travels. */
export function cuts({ only, except }: Asked, path: string): boolean {
  const isBelow = (named: string) => named.startsWith(`${path}.`)
  return except.some(isBelow) || (only.some(isBelow) && !only.some((asked) => isWithin(path, asked)))
}

function isWithin(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}.`)
}

function list(headers: Headers, name: string): string[] {
  const names = (headers.get(name) ?? '').split(',').map((part) => part.trim())
  return [...new Set(names)].filter((part) => part !== '')
}

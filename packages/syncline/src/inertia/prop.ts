/**
 * Props: when a value of a page is read and how the browser combines it with the one that it has.
 *
 * A plain value travels as it is, a function is called only when its value is asked for, and the functions here add
 * traits to either. They nest: `once(defer(loadPlans))`, `merge(defer(loadFeed), { matchOn: 'id' })`.
 */

/** A value, a function that reads it when it is needed, or a prop that has traits already. */
export type Source<T = unknown> = T | (() => T | Promise<T>) | Prop<T>

/** Where and how the browser adds an answer to the value that it has. */
export interface Combination {
  readonly how: 'append' | 'prepend' | 'deep'
  /** Path inside the prop; empty is the prop itself. */
  readonly at: string
  /** Names the field by which items are the same; a path from `at`. */
  readonly matchOn: readonly string[]
}

/** Which pages stand around the one that was sent; null where there is none. */
export interface ScrollPage {
  readonly current: string | number | null
  readonly previous: string | number | null
  readonly next: string | number | null
}

/** What distinguishes a prop from a plain value. */
export interface Traits {
  /** `visit`: every answer that it is not filtered from. `asked`: only when a partial reload asks. */
  readonly when: 'visit' | 'asked' | 'always'
  /** The browser asks for it by itself, one request for each group. */
  readonly deferred?: { readonly group: string; readonly isRescued: boolean }
  readonly combinations: readonly Combination[]
  /** The browser keeps it across pages. */
  readonly once?: { readonly key?: string; readonly forMs?: number; readonly isFresh: boolean }
  readonly scroll?: {
    readonly pageName: string
    readonly at: string
    readonly matchOn: readonly string[]
    readonly page: (value: unknown) => ScrollPage
  }
}

const PLAIN: Traits = { when: 'visit', combinations: [] }

/** A value of a page with its traits; made by the functions of this file. */
export class Prop<T = unknown> {
  readonly read: () => unknown
  readonly traits: Traits
  /** Keeps the type of the value, which nothing else mentions. */
  declare readonly value?: T

  constructor(read: () => unknown, traits: Traits) {
    this.read = read
    this.traits = traits
  }
}

/** Sent with every answer, also with partial reloads that did not ask for it. */
export function always<T>(source: Source<T>): Prop<T> {
  return withTraits(source, { when: 'always' })
}

/** Sent only when a partial reload asks for it. */
export function optional<T>(source: Source<T>): Prop<T> {
  return withTraits(source, { when: 'asked' })
}

export interface DeferOptions {
  /** Props of one group come in one request. @default 'default' */
  readonly group?: string
  /** When reading it fails, the page comes without it and names it in `rescuedProps`. @default false: the request fails */
  readonly rescue?: boolean
}

/** Left out of the first answer; the browser asks for it when the page stands. */
export function defer<T>(
  source: Source<T>,
  { group = 'default', rescue = false }: DeferOptions = {},
): Prop<T> {
  return withTraits(source, { when: 'asked', deferred: { group, isRescued: rescue } })
}

export interface MergeOptions {
  /** Path inside the prop of the list that grows. @default the prop itself */
  readonly at?: string
  /** Field by which an item replaces the one that the browser has: `id`. @default items are only added */
  readonly matchOn?: string | readonly string[]
}

/** A partial reload adds its items behind those that the browser has. */
export function merge<T>(source: Source<T>, options: MergeOptions = {}): Prop<T> {
  return combined(source, 'append', options)
}

/** A partial reload puts its items in front of those that the browser has. */
export function prepend<T>(source: Source<T>, options: MergeOptions = {}): Prop<T> {
  return combined(source, 'prepend', options)
}

/** A partial reload is merged into the value at every depth; `matchOn` is a path: `items.id`. */
export function deepMerge<T>(source: Source<T>, options: Pick<MergeOptions, 'matchOn'> = {}): Prop<T> {
  return combined(source, 'deep', options)
}

export interface OnceOptions {
  /** Pages that use the same key share the value. @default the prop's path */
  readonly key?: string
  /** How long the browser keeps it, in ms. @default until the browser loads a document */
  readonly forMs?: number
  /** True reads and sends it even to a browser that has it. @default false */
  readonly fresh?: boolean
}

/** Read once; the browser keeps it from page to page and says so, and it is neither read nor sent again. */
export function once<T>(source: Source<T>, { key, forMs, fresh = false }: OnceOptions = {}): Prop<T> {
  return withTraits(source, { once: { key, forMs, isFresh: fresh } })
}

export interface ScrollOptions<T> {
  /** Says from the value which pages stand around it. */
  readonly page: (value: Awaited<T>) => ScrollPage
  /** Query parameter that names a page. @default 'page' */
  readonly pageName?: string
  /** Path inside the prop of the list that grows. @default 'data' */
  readonly at?: string
  /** Field by which an item replaces the one that the browser has. @default items are only added */
  readonly matchOn?: string | readonly string[]
}

/** Pages of a list for `<InfiniteScroll>`; the browser says on which side it adds them. */
export function scroll<T>(source: Source<T>, options: ScrollOptions<T>): Prop<T> {
  const { pageName = 'page', at = 'data', matchOn = [] } = options
  const page = options.page as (value: unknown) => ScrollPage
  return withTraits(source, { scroll: { page, pageName, at, matchOn: [matchOn].flat() } })
}

/** The prop that a value or function stands for; null for a plain value. */
export function asProp(source: unknown): Prop | null {
  if (source instanceof Prop) return source
  return typeof source === 'function' ? new Prop(source as () => unknown, PLAIN) : null
}

function combined<T>(source: Source<T>, how: Combination['how'], options: MergeOptions): Prop<T> {
  const { at = '', matchOn = [] } = options
  const added: Combination = { how, at, matchOn: [matchOn].flat() }
  const combinations = source instanceof Prop ? source.traits.combinations : []
  return withTraits(source, { combinations: [...combinations, added] })
}

function withTraits<T>(source: Source<T>, traits: Partial<Traits>): Prop<T> {
  const prop = asProp(source) ?? new Prop(() => source, PLAIN)
  return new Prop(prop.read, { ...prop.traits, ...traits })
}

/**
 * Where each prop of an Inertia page was read, as data. An answer carries one cursor, of the moment before its
 * queries; a partial answer leaves the other props at the places where they were. Both stand in the page's prop
 * `sync`, and so in the browser's history: the way back finds them again (R1).
 *
 *   R2 never backwards   an answer that was read before what is shown does not replace it
 */
import { positionOf } from '../../protocol/marker-cursor.ts'
import { older, type Place, placeAt } from '../page.ts'

/** The prop that `syncline/inertia` puts into every answer. */
export interface SyncProp {
  readonly cursor: string
  readonly debounceMs: number
  readonly reconnectAttempts?: number
  /** Cursors of the props that were read at another place. */
  readonly places?: Readonly<Record<string, string>>
}

export interface InertiaPageLike {
  readonly component: string
  readonly url: string
  props: Record<string, unknown>
  readonly mergeProps?: readonly string[]
  readonly prependProps?: readonly string[]
  readonly deepMergeProps?: readonly string[]
  readonly matchPropsOn?: readonly string[]
}

/** What a request asked for: nothing named is the whole page. */
export interface Asked {
  readonly only: readonly string[]
  readonly except: readonly string[]
}

export const WHOLE: Asked = { only: [], except: [] }

/** The page's position; undefined for a page without one. */
export function syncOf(page: InertiaPageLike | undefined): SyncProp | undefined {
  const sync = page?.props['sync'] as Partial<SyncProp> | null | undefined
  return typeof sync?.cursor === 'string' ? (sync as SyncProp) : undefined
}

/** Where a prop was read; `*` is the oldest of all. */
export function placeIn(page: InertiaPageLike | undefined, prop: string): Place | undefined {
  const sync = syncOf(page)
  if (!sync) return undefined
  const { places = {} } = sync
  if (prop !== '*') return placeAt(places[prop] ?? places[prop.split('.')[0] as string] ?? sync.cursor)
  return Object.values(places).map(placeAt).reduce(older, placeAt(sync.cursor))
}

/**
 * Takes an answer in before it is shown: its older props keep what is shown, and `sync` notes where each was read.
 * Returns the props that were kept.
 *
 * @param asked what the request asked for; undefined when several are under way
 * @param isLater whether the request began after `shown` was: then its answer is newer, whatever clocks say
 */
export function takeAnswer(
  shown: InertiaPageLike | undefined,
  answer: InertiaPageLike,
  asked: Asked | undefined,
  isLater: boolean,
): string[] {
  const sync = syncOf(answer)
  if (!shown || !sync || !isSamePage(shown, answer)) return []
  const position = positionOf(sync.cursor) ?? Infinity
  const places: Record<string, string> = {}
  const kept: string[] = []
  for (const prop of Object.keys(answer.props)) {
    if (prop === 'sync' || prop === 'errors') continue
    const place = placeIn(shown, prop)
    const isAnswered = asked ? isWithin(asked, prop) : answer.props[prop] !== shown.props[prop]
    const isOlder = isAnswered && !isLater && position < (place?.position ?? 0) && !grows(answer, prop)
    if (isOlder) {
      answer.props[prop] = shown.props[prop]
      kept.push(prop)
    }
    if (place && place.cursor !== sync.cursor && (isOlder || !isAnswered)) places[prop] = place.cursor
  }
  for (const path of asked?.only ?? []) if (path.includes('.')) places[path] = sync.cursor
  answer.props['sync'] = { ...sync, places }
  return kept
}

/** The same component at the same address: values of another address say nothing about each other. */
function isSamePage(a: InertiaPageLike, b: InertiaPageLike): boolean {
  return a.component === b.component && a.url.split('#')[0] === b.url.split('#')[0]
}

function isWithin({ only, except }: Asked, prop: string): boolean {
  return !except.includes(prop) && (only.length === 0 || only.includes(prop))
}

/** A list that grows by what is answered is a sum of answers, not one of them. */
function grows({ mergeProps, prependProps, deepMergeProps }: InertiaPageLike, prop: string): boolean {
  return [mergeProps, prependProps, deepMergeProps].some((paths) => names(paths, prop))
}

/** Whether asking again would show the prop's items twice: it grows, and nothing tells equal items. */
export function repeats(page: InertiaPageLike, prop: string): boolean {
  return grows(page, prop) && !names(page.matchPropsOn, prop)
}

function names(paths: readonly string[] | undefined, prop: string): boolean {
  return paths?.some((path) => path.split('.')[0] === prop) ?? false
}

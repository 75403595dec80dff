/** What the page tells the browser about one prop beside its value. */
import { type Asked, selects } from './asked.ts'
import type { Combination, Traits } from './prop.ts'

/** Where an infinite scroll stands, in the client's names. */
export interface ScrollNote {
  readonly pageName: string
  readonly previousPage: string | number | null
  readonly nextPage: string | number | null
  readonly currentPage: string | number | null
  /** The list was asked for anew. */
  readonly reset: boolean
}

export type Note =
  | { readonly about: 'deferred'; readonly path: string; readonly group: string }
  | { readonly about: 'rescued'; readonly path: string }
  | {
      readonly about: 'combine'
      readonly path: string
      readonly how: Combination['how']
      readonly matchOn: readonly string[]
    }
  | { readonly about: 'once'; readonly path: string; readonly key: string; readonly expiresAt: number | null }
  | { readonly about: 'scroll'; readonly path: string; readonly note: ScrollNote }

/** Notes on a prop that this answer leaves out. */
export function notesWithoutValue(traits: Traits, path: string, asked: Asked, nowMs: number): Note[] {
  const { deferred } = traits
  const isAsked = deferred && !isKept(traits, path, asked)
  return [
    ...(isAsked ? [{ about: 'deferred' as const, path, group: deferred.group }] : []),
    ...combineNotes(traits, path, asked),
    ...onceNotes(traits, path, asked, nowMs),
  ]
}

/** Notes on a prop that travels with its value. */
export function notesWithValue(
  traits: Traits,
  path: string,
  asked: Asked,
  value: unknown,
  nowMs: number,
): Note[] {
  return [
    ...combineNotes(traits, path, asked),
    ...scrollNotes(traits, path, asked, value),
    ...onceNotes(traits, path, asked, nowMs),
  ]
}

/** Whether the browser says that it has this once prop. */
export function isKept({ once }: Traits, path: string, asked: Asked): boolean {
  return asked.isInertia && once !== undefined && !once.isFresh && asked.kept.has(once.key ?? path)
}

function combineNotes(traits: Traits, path: string, asked: Asked): Note[] {
  if (asked.reset.has(path)) return []
  return combinationsOf(traits, asked)
    .map(({ at, how, matchOn }) => ({
      about: 'combine' as const,
      path: at === '' ? path : `${path}.${at}`,
      how,
      matchOn,
    }))
    .filter((note) => selects(asked, note.path))
}

function combinationsOf({ combinations, scroll }: Traits, { scrollSide }: Asked): readonly Combination[] {
  return scroll
    ? [...combinations, { how: scrollSide, at: scroll.at, matchOn: scroll.matchOn }]
    : combinations
}

function onceNotes({ once }: Traits, path: string, asked: Asked, nowMs: number): Note[] {
  if (!once || !selects(asked, path)) return []
  const expiresAt = once.forMs === undefined ? null : nowMs + once.forMs
  return [{ about: 'once', path, key: once.key ?? path, expiresAt }]
}

function scrollNotes({ scroll }: Traits, path: string, asked: Asked, value: unknown): Note[] {
  if (!scroll) return []
  const { current, previous, next } = scroll.page(value)
  const note = {
    pageName: scroll.pageName,
    previousPage: previous,
    nextPage: next,
    currentPage: current,
    reset: asked.reset.has(path),
  }
  return [{ about: 'scroll', path, note }]
}

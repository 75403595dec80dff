/** The page object: what the Inertia client receives as JSON, or finds in the document of a first load. */
import type { Note, ScrollNote } from './note.ts'

export interface Page {
  readonly component: string
  readonly props: Readonly<Record<string, unknown>>
  /** Path and query of the request. */
  readonly url: string
  /** Of the application's assets; another one makes the browser load the document anew. */
  readonly version: string | null
  readonly encryptHistory?: true
  readonly clearHistory?: true
  readonly preserveFragment?: true
  readonly flash?: Readonly<Record<string, unknown>>
  readonly sharedProps?: readonly string[]
  readonly deferredProps?: Readonly<Record<string, readonly string[]>>
  readonly rescuedProps?: readonly string[]
  readonly mergeProps?: readonly string[]
  readonly prependProps?: readonly string[]
  readonly deepMergeProps?: readonly string[]
  readonly matchPropsOn?: readonly string[]
  readonly onceProps?: Readonly<Record<string, { readonly prop: string; readonly expiresAt: number | null }>>
  readonly scrollProps?: Readonly<Record<string, ScrollNote>>
}

type Noted = Pick<
  Page,
  | 'deferredProps'
  | 'rescuedProps'
  | 'mergeProps'
  | 'prependProps'
  | 'deepMergeProps'
  | 'matchPropsOn'
  | 'onceProps'
  | 'scrollProps'
>

/** The page's fields that say what the browser is to do with its props; those without content are left out. */
export function noted(notes: readonly Note[]): Noted {
  const of = <K extends Note['about']>(about: K) =>
    notes.filter((note): note is Extract<Note, { about: K }> => note.about === about)
  const paths = (how: 'append' | 'prepend' | 'deep') =>
    filled(of('combine').flatMap((note) => (note.how === how ? [note.path] : [])))
  return withoutEmpty({
    deferredProps: byGroup(of('deferred')),
    rescuedProps: filled(of('rescued').map(({ path }) => path)),
    mergeProps: paths('append'),
    prependProps: paths('prepend'),
    deepMergeProps: paths('deep'),
    matchPropsOn: filled(
      of('combine').flatMap(({ path, matchOn }) => matchOn.map((field) => `${path}.${field}`)),
    ),
    onceProps: table(of('once').map(({ key, path, expiresAt }) => [key, { prop: path, expiresAt }])),
    scrollProps: table(of('scroll').map(({ path, note }) => [path, note])),
  })
}

function byGroup(notes: readonly { group: string; path: string }[]): Record<string, string[]> | undefined {
  const groups = new Map<string, string[]>()
  for (const { group, path } of notes) groups.set(group, [...(groups.get(group) ?? []), path])
  return table([...groups])
}

function filled<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : [...new Set(items)]
}

function table<T>(entries: readonly (readonly [string, T])[]): Record<string, T> | undefined {
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

function withoutEmpty<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

/**
 * Reads the props that an answer contains: filter by the request → call what is left, all at once → note what the
 * browser must know.
 *
 * A function that the answer does not need is not called. Plain objects are looked through for functions and props;
 * arrays and instances of classes travel as they are.
 */
import { type Asked, cuts, reaches } from './asked.ts'
import { isKept, type Note, notesWithoutValue, notesWithValue } from './note.ts'
import { asProp, type Prop } from './prop.ts'

type Tree = Readonly<Record<string, unknown>>

export interface Resolved {
  readonly props: Record<string, unknown>
  readonly notes: readonly Note[]
}

export interface ResolveContext {
  readonly asked: Asked
  /** Told of a deferred prop that failed and was rescued. */
  readonly onRescue: (path: string, error: unknown) => void
  readonly nowMs: number
}

interface Entry {
  /** Absent when the answer leaves the prop out. */
  readonly value?: { readonly is: unknown }
  readonly notes: readonly Note[]
}

/** What the walk knows where it stands. */
interface Place {
  readonly path: string
  /** Below an `always`, where the request's filter does not reach. */
  readonly isFree: boolean
  /** The objects around it: a circle is left to JSON, which refuses it. */
  readonly around: readonly unknown[]
}

const LEFT_OUT: Entry = { notes: [] }

/** Rejects with the first error of a prop that is not rescued. */
export async function resolveProps(props: Tree, context: ResolveContext): Promise<Resolved> {
  const { value, notes } = await resolveTree(props, { path: '', isFree: false, around: [] }, context)
  return { props: value, notes }
}

async function resolveTree(
  tree: Tree,
  place: Place,
  context: ResolveContext,
): Promise<{ value: Record<string, unknown>; notes: Note[] }> {
  const keys = Object.keys(tree)
  const entries = await Promise.all(
    keys.map((key) => resolveEntry(tree[key], { ...place, path: join(place.path, key) }, context)),
  )
  const values = entries.flatMap(({ value }, index) => (value ? [[keys[index] as string, value.is]] : []))
  return {
    // `fromEntries` makes own fields also of names such as `__proto__`.
    value: Object.fromEntries(values) as Record<string, unknown>,
    notes: entries.flatMap(({ notes }) => notes),
  }
}

async function resolveEntry(source: unknown, place: Place, context: ResolveContext): Promise<Entry> {
  const prop = asProp(source)
  const isFree = place.isFree || prop?.traits.when === 'always'
  if (!isFree && !reaches(context.asked, place.path)) return LEFT_OUT
  if (!prop) return resolveValue(source, { ...place, isFree }, context)
  if (isHeldBack(prop, place.path, context.asked)) {
    return { notes: notesWithoutValue(prop.traits, place.path, context.asked, context.nowMs) }
  }
  return resolveProp(prop, { ...place, isFree }, context)
}

/** Whether a whole page leaves the prop for later, or for a browser that has it. */
function isHeldBack({ traits }: Prop, path: string, asked: Asked): boolean {
  return !asked.isPartial && (traits.when === 'asked' || isKept(traits, path, asked))
}

async function resolveProp(prop: Prop, place: Place, context: ResolveContext): Promise<Entry> {
  try {
    const read = await prop.read()
    // A function may answer with a prop, which has its own say on when it is read.
    if (asProp(read)) return await resolveEntry(read, place, context)
    const notes = notesWithValue(prop.traits, place.path, context.asked, read, context.nowMs)
    const { value, notes: below } = await resolveValue(read, place, context)
    return { value, notes: [...notes, ...below] }
  } catch (error) {
    if (!prop.traits.deferred?.isRescued) throw error
    context.onRescue(place.path, error)
    return { notes: [{ about: 'rescued', path: place.path }] }
  }
}

async function resolveValue(value: unknown, place: Place, context: ResolveContext): Promise<Entry> {
  const isCut = !place.isFree && cuts(context.asked, place.path)
  if (isPlainObject(value) && !place.around.includes(value) && (isCut || holdsProps(value))) {
    const inside = { ...place, around: [...place.around, value] }
    const { value: is, notes } = await resolveTree(value, inside, context)
    return { value: { is }, notes }
  }
  // JSON has no undefined: the browser would keep showing what it has.
  return { value: { is: value === undefined ? null : value }, notes: [] }
}

function holdsProps(tree: Tree, seen: Set<Tree> = new Set()): boolean {
  if (seen.has(tree)) return false
  seen.add(tree)
  return Object.values(tree).some(
    (value) => asProp(value) !== null || (isPlainObject(value) && holdsProps(value, seen)),
  )
}

function isPlainObject(value: unknown): value is Tree {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

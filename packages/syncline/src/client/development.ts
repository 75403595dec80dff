/**
 * What only developers are told about a client: a model that there is not, and a query that nothing was joined for.
 *
 * Bundlers set `NODE_ENV` and leave it out of production, with the calls: each function here is empty then. A browser
 * without a bundler has no `process`, which counts as production.
 */
import { parseChannel } from '../protocol/channel.ts'
import type { CompiledSchema, Model } from '../schema/model.ts'
import { nearestName, suggestion } from '../schema/nearest-name.ts'
import { modelNamed } from './model-named.ts'

/** How long a page has to join a room after it asked for a query, in ms. */
const JOIN_WITHIN_MS = 5_000

type Schema = Pick<CompiledSchema, 'models'>
type ByModel = Record<string, unknown>

/** Channels that were joined, by client. */
const joined = new WeakMap<object, Set<string>>()

/** Remembers what a client has joined. */
export function noteJoin(client: object, channel: string): void {
  try {
    if (process.env.NODE_ENV !== 'production')
      joined.set(client, (joined.get(client) ?? new Set()).add(channel))
  } catch {}
}

/**
 * Makes `client.mutate.tasks` an error that names `task`, where it would be undefined. A name that is hardly a slip for
 * a model's is told in the console only: a tool or a program that tries names may have asked.
 */
export function explainNames(schema: Schema, made: object): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      const told = new Set<string | symbol>()
      const get = (_: object, name: string | symbol) => {
        // What await, consoles and test tools ask every object for is no model of anybody's.
        if (typeof name === 'symbol' || PROBED.has(name) || name in Object.prototype || told.has(name)) return
        const names = Object.keys(schema.models)
        if (isSlip(name, names)) modelNamed(schema, name)
        told.add(name)
        warn(`There is no model \`${name}\`.${suggestion(name, names, 'Models are')}`)
      }
      Object.setPrototypeOf(made, new Proxy(Object.create(null) as object, { get }))
    }
  } catch {}
}

/** Another case, a plural or a singular, or one letter of a name so long that this makes no other word of it. */
function isSlip(name: string, names: readonly string[]): boolean {
  const isPlural = names.some((known) => `${known}s` === name || known === `${name}s`)
  return isPlural || nearestName(name, names, name.length < LONG_NAME ? 0 : 1) !== undefined
}

/** In letters: `size` is a word of its own beside `site`. */
const LONG_NAME = 5

const PROBED = new Set(['then', 'toJSON', 'nodeType', 'tagName', 'asymmetricMatch', '$$typeof'])

/** Warns once of each query that was asked for while no room with such records is joined. */
export function explainEmptiness(schema: Schema, client: object, queries: object): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      const ref = new WeakRef(client)
      for (const [name, query] of Object.entries(queries as ByModel)) {
        let isAsked = false
        const get = () => {
          if (!isAsked) warnLater(schema, schema.models[name] as Model, ref)
          isAsked = true
          return query
        }
        Object.defineProperty(queries, name, { get, enumerable: true })
      }
    }
  } catch {}
}

function warn(text: string): void {
  // oxlint-disable-next-line no-console -- this is what the console is for
  console.warn(`[syncline] ${text}`)
}

/** A client that is gone by then is told nothing, and is not kept for it. */
function warnLater(schema: Schema, model: Model, ref: WeakRef<object>): void {
  const timer: unknown = setTimeout(() => {
    const client = ref.deref()
    if (client) warnIfEmpty(schema, model, client)
  }, JOIN_WITHIN_MS)
  // A program that has nothing else to do need not wait for it.
  ;(timer as { unref?: () => void }).unref?.()
}

function warnIfEmpty({ models }: Schema, model: Model, client: object): void {
  const roots = model.rooms.map(({ root }) => models[root]?.channel)
  const holds = (name: string) => {
    const channel = parseChannel(name)
    return channel?.model === model.channel || (channel?.form === 'room' && roots.includes(channel.model))
  }
  if ([...(joined.get(client) ?? [])].some(holds)) return
  warn(
    `\`client.query.${model.name}\` shows nothing: no room that holds records of it was joined. ${remedyOf(model)}`,
  )
}

function remedyOf({ name, isRoot, shared, rooms }: Model): string {
  if (isRoot)
    return `Join one, \`client.join('${name}', id)\`, or the list of them, \`client.join('${name}', 'mine')\`.`
  if (shared) return `Join them: \`client.join('${name}', 'all')\`.`
  const [room] = rooms
  return room
    ? `Join its room: \`client.join('${room.root}', id)\`.`
    : 'No room holds it: name it in `rooms` of the schema, or declare it with `shared: true`.'
}

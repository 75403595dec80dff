/**
 * What only developers are told about a client: a model or an event that there is not, a condition that no row meets,
 * and a query that nothing was joined for.
 *
 * Bundlers set `NODE_ENV` and leave it out of production, with the calls: each function here is empty then. A browser
 * without a bundler has no `process`, which counts as production. Parameters are plain names: a function that takes its
 * parameter apart is not empty to a bundler.
 */
import { parseChannel } from '../protocol/channel.ts'
import { SynclineError } from '../protocol/errors.ts'
import { showValue } from '../schema/invalid-value.ts'
import { kebabCase } from '../schema/kebab-case.ts'
import type { CompiledSchema, Field, Model } from '../schema/model.ts'
import { closestName } from '../schema/closest-name.ts'
import { suggestion } from '../schema/nearest-name.ts'
import { modelNamed } from './model-named.ts'
import { hasTwin } from './open-clients.ts'
import { warn } from './warn.ts'

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

/** Throws for a client that is made without a schema. */
export function refuseNoSchema(options: { readonly schema?: unknown }): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      if (!options.schema)
        throw wrong("The client has no `schema`. Give the server's: createClient({ schema, url }).")
    }
  } catch (error) {
    rethrow(error)
  }
}

/** Warns of options that nothing reads. */
export function explainOptions(options: object): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      const connection = ['url', 'token', 'reconnect', 'WebSocket', 'fetch', 'autoConnect']
      const known = ['schema', 'user', 'storage', 'joinAtStart', ...connection, 'clock', 'random']
      for (const name of Object.keys(options)) {
        if (!known.includes(name))
          warn(`\`createClient\` has no option \`${name}\`.${suggestion(name, known, 'Options are')}`)
      }
    }
  } catch {}
}

/** Throws for a room that is joined without saying which. */
export function refuseNoId(schema: Schema, name: string, id: unknown): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      if (typeof id === 'string' && id !== '') return
      const { isRoot = false, shared = false } = schema.models[name] ?? {}
      // What cannot be joined at all is told by `join`.
      if (!isRoot && !shared) return
      const lists = [...(isRoot ? ["'mine'"] : []), ...(shared ? ["'all'"] : [])]
      const remedy = [...(isRoot ? ['the id of a record'] : []), ...lists].join(', or ')
      throw wrong(`\`client.join('${name}', …)\` was given ${showValue(id)} as the id. Give ${remedy}.`)
    }
  } catch (error) {
    rethrow(error)
  }
}

/** Throws for a model that there is not. */
export function refuseUnknownModel(schema: Schema, name: string): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      modelNamed(schema, name)
    }
  } catch (error) {
    rethrow(error)
  }
}

/** Throws for an event of which nobody would ever hear. */
export function refuseUnknownEvent(schema: Schema, type: string): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      const entities = Object.keys(schema.models).map(kebabCase)
      const verbs = ['created', 'updated', 'deleted']
      const known = entities.flatMap((entity) => verbs.map((verb) => `${entity}:${verb}`))
      const all = ['data:changed', 'connection-status', ...known]
      if (!all.includes(type))
        throw wrong(`There is no event \`${type}\`.${suggestion(type, all, 'Events are')}`)
    }
  } catch (error) {
    rethrow(error)
  }
}

/** Throws for a value that no row can equal in this field, because it is of another type. */
export function refuseOtherType(
  model: Model,
  name: string,
  field: Field | undefined,
  operator: string,
  operand: unknown,
): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      const type = field ? (field.as ?? TYPES[field.kind]) : 'string'
      if (!type || field?.array || !/^(eq|in)$/.test(operator)) return
      const operands = operator === 'in' && Array.isArray(operand) ? operand : [operand]
      const other = operands.find((value) => value !== null && typeof value !== type)
      if (other !== undefined) {
        throw wrong(
          `Condition \`${operator}\` of \`${model.name}.${name}\` is ${showValue(other)}, a ${typeof other}; the field holds a ${type}, so no row can have it.`,
        )
      }
    }
  } catch (error) {
    rethrow(error)
  }
}

/** What fields hold on the device, by kind; a kind that is not here may hold anything. */
const TYPES: Partial<Record<Field['kind'], string>> = {
  text: 'string',
  uuid: 'string',
  reference: 'string',
  enum: 'string',
  date: 'string',
  timestamp: 'string',
  decimal: 'string',
  integer: 'number',
  number: 'number',
  bigint: 'string',
  boolean: 'boolean',
}

/** What was meant to be thrown; that there is no `process` is not. */
function rethrow(error: unknown): void {
  if (error instanceof SynclineError) throw error
}

const wrong = (message: string) => new SynclineError('invalid_value', message)

/** Another case, a plural or a singular, or one letter of a name so long that this makes no other word of it. */
function isSlip(name: string, names: readonly string[]): boolean {
  const isPlural = names.some((known) => `${known}s` === name || known === `${name}s`)
  return isPlural || closestName(name, names, name.length < LONG_NAME ? 0 : 1) !== undefined
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

/** A client that is gone by then is told nothing, and is not kept for it. */
function warnLater(schema: Schema, model: Model, ref: WeakRef<object>): void {
  const timer: unknown = setTimeout(() => {
    const client = ref.deref()
    // A render that was thrown away may have asked a client that nobody uses.
    if (client && !hasTwin(schema, client)) warnIfEmpty(schema, model, client)
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

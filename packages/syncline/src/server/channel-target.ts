/** What a channel's name stands for in this schema: a room, a list, a shared model, a collection, a user's devices. */
import { parseChannel } from '../protocol/channel.ts'
import { MAX_CHANNEL_LENGTH } from '../protocol/limits.ts'
import { camelCase } from '../schema/camel-case.ts'
import { checkIdOfType } from '../schema/check-id.ts'
import type { CompiledSchema, IdType, Model, Relation } from '../schema/model.ts'
import type { Ids } from './ids/ids.ts'
import { LONGEST_ID } from './ids/reachable-id.ts'

export type ChannelTarget =
  | { readonly kind: 'room'; readonly model: Model; readonly id: string }
  | { readonly kind: 'mine'; readonly model: Model }
  | { readonly kind: 'all'; readonly model: Model }
  | CollectionTarget
  | { readonly kind: 'user'; readonly id: string }

export interface CollectionTarget {
  readonly kind: 'collection'
  readonly model: Model
  readonly id: string
  readonly relation: Relation
  /** Found by a reference alone: nobody has declared that whoever reads the one it belongs to reads its records. */
  readonly isUndeclared?: true
}

/** What markers are sent about: `room` is any record, member of a room or not. */
export type MarkerTarget = Exclude<ChannelTarget, { readonly kind: 'user' }>

/**
 * Finds what a channel is, ids spelled as their model shows them; null for an unknown model or collection, and for an id
 * that no record can have.
 */
export function findTarget(schema: CompiledSchema, ids: Ids, name: string): ChannelTarget | null {
  const channel = name.length > MAX_CHANNEL_LENGTH ? null : parseChannel(name)
  if (!channel) return null
  const model = schema.byChannel[channel.model]
  if (channel.form === 'room' && channel.model === 'User' && !model?.isRoot)
    return userTarget(ids, model, channel.id)
  if (!model) return null
  if (channel.form === 'mine') return model.isRoot ? { kind: 'mine', model } : null
  if (channel.form === 'all') return model.shared ? { kind: 'all', model } : null
  const id = idOf(ids, model, channel.id)
  if (id === null) return null
  if (channel.form === 'room') return model.isRoot ? { kind: 'room', model, id } : null
  return collectionTarget(schema, model, id, channel.collection)
}

function collectionTarget(
  schema: CompiledSchema,
  model: Model,
  id: string,
  name: string,
): CollectionTarget | null {
  const relation = collectionOf(schema, model, name)
  if (relation) return { kind: 'collection', model, id, relation }
  const found = ofReference(schema, model, name)
  return found ? { kind: 'collection', model, id, relation: found, isUndeclared: true } : null
}

/**
 * Finds what a channel is for markers, which any model has: no record need be a room, and no model shared. Ids are
 * spelled as the model shows them. Null as for `findTarget`.
 */
export function findMarkerTarget(schema: CompiledSchema, ids: Ids, name: string): MarkerTarget | null {
  const channel = name.length > MAX_CHANNEL_LENGTH ? null : parseChannel(name)
  const model = channel && schema.byChannel[channel.model]
  if (!model) return null
  if (channel.form === 'mine' || channel.form === 'all') return { kind: channel.form, model }
  const id = idOf(ids, model, channel.id)
  if (id === null) return null
  if (channel.form === 'room') return { kind: 'room', model, id }
  const relation = ofBroadcaster(schema, model, channel.collection)
  const target = collectionTarget(schema, model, id, channel.collection)
  return target ?? (relation ? { kind: 'collection', model, id, relation } : null)
}

/** A table whose model broadcasts to this one is a collection of it, declared as a relation or not. */
function ofBroadcaster(schema: CompiledSchema, model: Model, table: string): Relation | undefined {
  const from = namedBy(Object.values(schema.models), table)
  if (!from) return undefined
  const along = [...from.broadcastsTo, ...(from.broadcastsOnChangeOf ?? [])]
    .map((association) => schema.relations[from.name]?.[association])
    .find(
      (relation) =>
        relation?.to === model.name && (relation.kind === 'one' || relation.through !== undefined),
    )
  if (!along) return undefined
  const { field, targetField, through } = along
  const base = { name: table, from: model.name, to: from.name }
  // Seen from the other end.
  return through === undefined
    ? { ...base, kind: 'many', field }
    : { ...base, kind: 'manyToMany', through, field: targetField as string, targetField: field }
}

/** The table's name without its schema: how markers name a collection. */
export function bareTable({ table }: Pick<Model, 'table'>): string {
  return table.slice(table.lastIndexOf('.') + 1)
}

/** The model whose table a collection is named by, as the database, a path or a field spells it. */
function namedBy(models: readonly Model[], name: string): Model | undefined {
  return (
    models.find(({ table }) => table === name) ??
    models.find((model) => camelCase(bareTable(model)) === camelCase(name))
  )
}

/** A relation to many by its own name or by the table of its records, or the table of what stands in the record's room. */
function collectionOf(schema: CompiledSchema, model: Model, name: string): Relation | undefined {
  const relations = Object.values(schema.relations[model.name] ?? {}).filter(({ kind }) => kind !== 'one')
  const related = namedBy(
    relations.map(({ to }) => schema.models[to] as Model),
    name,
  )
  return (
    relations.find((relation) => relation.name === name) ??
    relations.find((relation) => relation.name === camelCase(name)) ??
    relations.find(({ to }) => to === related?.name) ??
    ofRoom(schema, model, name)
  )
}

/** Whoever may read a room may read all of its records: a table of theirs needs no relation to be named by. */
function ofRoom(schema: CompiledSchema, root: Model, name: string): Relation | undefined {
  const member = namedBy(Object.values(schema.models), name)
  const path = member?.rooms.find((room) => room.root === root.name)
  if (!member || !path) return undefined
  const [field = ''] = path.path.length === 1 ? path.path : [path.column]
  return { name, from: root.name, to: member.name, kind: 'many', field }
}

/** The records that refer to this one, by the only field in which they can: as the path below `/api` finds them. */
function ofReference(schema: CompiledSchema, parent: Model, name: string): Relation | undefined {
  const model = namedBy(Object.values(schema.models), name)
  const fields = Object.entries(model?.fields ?? {}).filter(
    ([, { references }]) => references === parent.name,
  )
  const [field] = fields[0] ?? []
  if (!model || field === undefined || fields.length > 1) return undefined
  return { name, from: parent.name, to: model.name, kind: 'many', field }
}

function idOf(ids: Ids, model: Model, shown: string): string | null {
  return shown.length <= LONGEST_ID ? ids.decode(model, shown) : null
}

/** Users need be no records; those that are have the ids of their model. */
function userTarget(ids: Ids, model: Model | undefined, shown: string): ChannelTarget | null {
  const decoded = model?.ids === 'obfuscated' ? idOf(ids, model, shown) : null
  if (decoded !== null) return { kind: 'user', id: decoded }
  const isPlain = model?.ids === 'obfuscated' && isIdOf(shown, model.idType)
  return isPlain || !isIdOf(shown, 'text') ? null : { kind: 'user', id: shown }
}

function isIdOf(id: string, type: IdType): boolean {
  return id.length <= LONGEST_ID && typeof checkIdOfType(type, id) === 'string'
}

/** Reads channel names: `Production:42`, `Production:mine`, `Lens:all`, `Account:7/account_users`, `User:ana`. */
import type { CompiledSchema, IdType, Model, Relation } from '../schema/model.ts'

/** What a channel's name stands for in this schema. Null-safe: whatever is not one of these is not a channel. */
export type ChannelTarget =
  | { readonly kind: 'room'; readonly model: Model; readonly id: string }
  | { readonly kind: 'mine'; readonly model: Model }
  | { readonly kind: 'all'; readonly model: Model }
  | { readonly kind: 'collection'; readonly model: Model; readonly id: string; readonly relation: Relation }
  | { readonly kind: 'user'; readonly id: string }

/** No channel of ours is longer. */
const LONGEST_NAME = 512

/**
 * Finds what a channel is; null for an unknown model, id form or collection. An id is accepted in one spelling only
 * (`encodeURIComponent`), because the frames of a room carry one name for all its members.
 */
export function parseChannel(schema: CompiledSchema, channel: string): ChannelTarget | null {
  const colon = channel.indexOf(':')
  if (colon < 1 || channel.length > LONGEST_NAME) return null
  const model = schema.byChannel[channel.slice(0, colon)]
  const [idText = '', collection, ...others] = channel.slice(colon + 1).split('/')
  if (others.length > 0) return null
  if (collection === undefined && channel.startsWith('User:') && !model?.isRoot) return userChannel(idText)
  if (!model) return null
  if (collection !== undefined) return collectionChannel(schema, model, idText, collection)
  if (idText === 'mine') return model.isRoot ? { kind: 'mine', model } : null
  if (idText === 'all') return model.shared ? { kind: 'all', model } : null
  const id = parseId(idText, model.idType)
  return id !== null && model.isRoot ? { kind: 'room', model, id } : null
}

function userChannel(idText: string): ChannelTarget | null {
  const id = parseId(idText, 'text')
  return id === null ? null : { kind: 'user', id }
}

function collectionChannel(
  schema: CompiledSchema,
  model: Model,
  idText: string,
  collection: string,
): ChannelTarget | null {
  const id = parseId(idText, model.idType)
  const relation = Object.values(schema.relations[model.name] ?? {}).find(
    ({ name, to, kind }) =>
      kind !== 'one' && (name === collection || schema.models[to]?.table === collection),
  )
  return id !== null && relation ? { kind: 'collection', model, id, relation } : null
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const INTEGER = /^(0|-?[1-9][0-9]{0,18})$/

/** The id as the database has it, or null: percent-encoding undone, form checked against the column's type. */
export function parseId(text: string, type: IdType): string | null {
  const id = decode(text)
  if (id === null || id === '' || encodeURIComponent(id) !== text) return null
  return isIdOf(id, type) ? id : null
}

/** True when PostgreSQL would take the text as an id of this type, spelled as it would print it. */
export function isIdOf(id: string, type: IdType): boolean {
  if (type === 'uuid') return UUID.test(id)
  if (type === 'text') return !id.includes('\0')
  if (!INTEGER.test(id)) return false
  const number = BigInt(id)
  const limit = type === 'integer' ? 2n ** 31n : 2n ** 63n
  return number >= -limit && number < limit
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** The name that clients use: `channelName('Production', 'a b')` is `Production:a%20b`. */
export function channelName(modelChannel: string, id: string): string {
  return `${modelChannel}:${encodeURIComponent(id)}`
}

/** The room as the log names it: the id as it is. */
export function roomOf(target: Extract<ChannelTarget, { kind: 'room' | 'all' }>): string {
  return target.kind === 'all' ? `${target.model.channel}:all` : `${target.model.channel}:${target.id}`
}

/** What a cable identifier asks for: the markers of one record or list, or a channel to name identifiers on. */
import { formatChannel } from '../../protocol/channel.ts'

export type Asked =
  /** `{channel: 'SyncChannel', model, id[, collection]}`: confirmed or rejected as a whole. */
  | { readonly is: 'channel'; readonly channel: string; readonly cursor?: string }
  /** `{channel: 'SyncChannel'}`: `subscribe_to` and `unsubscribe_from` follow. */
  | { readonly is: 'identifiers' }

/** Longest identifier that is read, in characters; it is kept while it is subscribed. */
const LONGEST_IDENTIFIER = 2_048

/** Null for what is rejected without a look at the database: another channel, a missing id, a wrong type. */
export function parseIdentifier(identifier: string): Asked | null {
  const params = identifier.length > LONGEST_IDENTIFIER ? null : objectOf(identifier)
  if (params?.['channel'] !== 'SyncChannel') return null
  const { model, id, collection, cursor } = params
  if (model === undefined && id === undefined && collection === undefined) return { is: 'identifiers' }
  if (typeof model !== 'string' || !isOptionalText(collection) || !isOptionalText(cursor)) return null
  const channel = channelOf(model, idOf(id), collection)
  return channel === null ? null : { is: 'channel', channel, ...(cursor !== undefined && { cursor }) }
}

function channelOf(model: string, id: string | null, collection: string | undefined): string | null {
  if (id === null || id === '') return null
  if (collection !== undefined) return formatChannel({ form: 'collection', model, id, collection })
  if (id === 'all' || id === 'mine') return formatChannel({ form: id, model })
  return formatChannel({ form: 'room', model, id })
}

/** Rails takes numbers for ids too. */
function idOf(id: unknown): string | null {
  if (typeof id === 'string') return LONE_SURROGATE.test(id) ? null : id
  return Number.isSafeInteger(id) ? String(id) : null
}

/** Half a character: no database keeps one, and no channel's name can hold one. */
const LONE_SURROGATE = /\p{Surrogate}/u

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const content: unknown = JSON.parse(text)
    return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : null
  } catch {
    return null
  }
}

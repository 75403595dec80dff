/** Which ids a new record may have: those by which every wire can name it. Records that are there keep theirs. */
import { roomChannel } from '../../protocol/channel.ts'
import { MAX_CHANNEL_LENGTH } from '../../protocol/limits.ts'
import { checkId } from '../../schema/check-id.ts'
import { clip } from '../../schema/invalid-value.ts'
import type { Model } from '../../schema/model.ts'

/** The log names rooms and records by so many characters of their id: longer ones would share a name. */
export const LONGEST_ID = 250

/** The fault of an id by which a wire could not name its record; undefined when all can. */
export function unreachableId(model: Model, id: string) {
  // What is no id at all has a fault of its own.
  if (typeof checkId(model, id) !== 'string' || model.idType !== 'text') return undefined
  const why = whyNot(model, id)
  if (why === undefined) return undefined
  const message = `The id \`${clip(id)}\` of \`${model.name}\` ${why}. Choose another, such as a UUID.`
  return { code: 'invalid_value', message, field: 'id' }
}

function whyNot(model: Model, id: string): string | undefined {
  if (id === '.' || id === '..') return 'cannot stand in a path: programs leave such a step out'
  if (id.length > LONGEST_ID) return `has ${id.length} characters, and channels name at most ${LONGEST_ID}`
  const { length } = roomChannel(model.channel, id)
  if (length <= MAX_CHANNEL_LENGTH) return undefined
  return `makes a channel’s name of ${length} characters, and at most ${MAX_CHANNEL_LENGTH} are read`
}

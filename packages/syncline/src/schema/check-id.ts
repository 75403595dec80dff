/** Checks of ids: a string on the wire whatever its column, in the one spelling that the database gives back. */
import { isInt8 } from './check-number.ts'
import { isStorableText } from './check-text.ts'
import { InvalidValue, invalid } from './invalid-value.ts'
import type { IdType, Model } from './model.ts'

/** Longest id of type `text`, in UTF-16 units: short enough for an index entry and a channel's name. */
const MAX_ID_LENGTH = 255

const INTEGER = /^(?:0|-?[1-9]\d*)$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Returns the id when a record of this model can have it; only the canonical spelling of an id is an id. */
export function checkId(model: Model, id: unknown): string | InvalidValue {
  return checkIdOfType(model.idType, id)
}

export function checkIdOfType(type: IdType, id: unknown): string | InvalidValue {
  if (typeof id === 'string' && isCanonical(type, id)) return id
  return invalid(id, REMEDIES[type])
}

const REMEDIES: Readonly<Record<IdType, string>> = {
  text: `Write an id: a text of 1 to ${MAX_ID_LENGTH} characters.`,
  uuid: 'Write an id: a UUID in lower case, as text.',
  integer: 'Write an id: a whole number of 32 bits, as text and without leading zeros.',
  bigint: 'Write an id: a whole number of 64 bits, as text and without leading zeros.',
}

/** A UUID as PostgreSQL spells it. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value)
}

function isCanonical(type: IdType, id: string): boolean {
  switch (type) {
    case 'text':
      return id !== '' && id.length <= MAX_ID_LENGTH && isStorableText(id)
    case 'uuid':
      return isUuid(id)
    case 'integer':
      return id.length <= 11 && INTEGER.test(id) && Number(id) === (Number(id) | 0)
    case 'bigint':
      return id.length <= 20 && INTEGER.test(id) && isInt8(id)
  }
}

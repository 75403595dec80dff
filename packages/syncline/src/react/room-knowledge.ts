/**
 * Whether rows that are not there are still awaited: what the rooms on the page say about a model.
 *
 * Only rooms that may hold the rows asked for count: `{ productionId: 'p1' }` does not wait for production `p2`.
 */
import type { Schema } from '../schema/define-schema.ts'
import type { RoomPath } from '../schema/model.ts'
import { AWAITED, FOUND, type Outcome, type RoomResult } from './results.ts'

/** A room on the page. */
export interface KnownRoom {
  readonly model: string
  readonly id: string
  readonly result: RoomResult
}

/** The outcome of a read that found nothing. */
export function outcomeOfNothing(
  schema: Schema,
  rooms: Iterable<KnownRoom>,
  model: string,
  where: Readonly<Record<string, unknown>>,
): Outcome {
  const results = [...rooms].filter((room) => mayHold(schema, room, model, where)).map(({ result }) => result)
  if (results.some(({ status }) => status === 'pending')) return AWAITED
  const [first] = results
  return first && results.every(({ status }) => status === 'error') ? first : FOUND
}

function mayHold(
  schema: Schema,
  room: KnownRoom,
  model: string,
  where: Readonly<Record<string, unknown>>,
): boolean {
  if (room.model === model) return isList(room) || isWithin(where['id'], room.id)
  if (isList(room)) return false
  const paths = schema.models[model]?.rooms.filter(({ root }) => root === room.model) ?? []
  return paths.some((path) => isOnPath(path, where, room.id))
}

function isOnPath({ path }: RoomPath, where: Readonly<Record<string, unknown>>, id: string): boolean {
  const [field = '', ...further] = path
  return further.length > 0 || isWithin(where[field], id)
}

/** False only for a condition that names another id. */
function isWithin(condition: unknown, id: string): boolean {
  return typeof condition !== 'string' || condition === id
}

function isList({ id }: KnownRoom): boolean {
  return id === 'mine' || id === 'all'
}

/**
 * Whether rows that are not there are still awaited: what the rooms on the page say about a model.
 *
 * Only rooms that may hold the rows asked for count: `{ productionId: 'p1' }` does not wait for production `p2`.
 */
import type { Schema } from '../schema/define-schema.ts'
import type { Page } from './page.ts'
import type { Outcome, RoomResult } from './results.ts'

/** A room on the page. */
export interface KnownRoom {
  readonly model: string
  readonly id: string
  readonly read: () => RoomResult
}

type Conditions = Readonly<Record<string, unknown>>

type Word = Pick<Outcome, 'status' | 'error'>

/** What is said of a read that found something, or that nothing can be found for. */
export const FOUND: Word = { status: 'success', error: null }

/** What is said of a read that found nothing. */
export function outcomeOfNothing({ client, rooms }: Page, model: string, where: Conditions = {}): Word {
  const results = [...rooms]
    .filter((room) => mayHold(client.schema, room, model, where))
    .map(({ read }) => read())
  return (
    results.find(({ isLoading }) => isLoading) ?? results.find(({ error }) => !error) ?? results[0] ?? FOUND
  )
}

function mayHold(schema: Schema, room: KnownRoom, model: string, where: Conditions): boolean {
  const isOwn = room.model === model
  if (/^(mine|all)$/.test(room.id)) return isOwn
  const path = isOwn ? ['id'] : schema.models[model]?.rooms.find(({ root }) => root === room.model)?.path
  if (!path) return false
  const condition = path.length > 1 ? undefined : where[path[0] as string]
  return typeof condition !== 'string' || condition === room.id
}

/**
 * Departures that are moves, taken out of an answer for a device that knows records but no rooms.
 *
 * A room says that a record has left it, or was deleted; another room, read before or after, holds the record all the
 * same. A departure stays out when the device has the record by another room:
 *
 *   1. the record stands in a room of which the device has a cursor, and
 *   2. has not come into it since that cursor, or the room would say so again later, with the whole row.
 *
 * With it goes what its room says of the record before: the other room's row is newer. Every other departure is a
 * DELETE; where it was a move after all, the record comes with its new room, whole (C1, A2).
 */
import type { User } from '../../protocol/user.ts'
import type { Core } from '../../server/core.ts'
import { type PulledMessage, type PulledOp, type ReferenceOp, opsOf } from './reference-ops.ts'
import { standingRecords } from './standing-records.ts'

/** Channels read from one snapshot. */
export const CHANNELS_AT_ONCE = 20

type Cursors = Readonly<Record<string, string>>

/** The operations of an answer; `cursors` are those that the device will have with it. */
export async function withoutMoves(
  core: Core,
  user: User,
  pulled: readonly PulledOp[],
  cursors: Cursors,
): Promise<ReferenceOp[]> {
  const departed = pulled.filter(({ op }) => op.type === 'DELETE')
  const held = departed.length === 0 ? NONE : await heldRecords(core, user, departed, cursors)
  const lastMoves = new Map<string, number>()
  pulled.forEach((found, index) => {
    if (found.op.type === 'DELETE' && held.has(recordOf(found))) lastMoves.set(placeOf(found), index)
  })
  return pulled.filter((found, index) => index > (lastMoves.get(placeOf(found)) ?? -1)).map(({ op }) => op)
}

const NONE: ReadonlySet<string> = new Set()

const recordOf = ({ model, op }: PulledOp) => `${model} ${op.entityId}`

const placeOf = (found: PulledOp) => `${found.channel} ${recordOf(found)}`

/** Those of the records that the device has by a room in which they stand. */
async function heldRecords(
  core: Core,
  user: User,
  departed: readonly PulledOp[],
  cursors: Cursors,
): Promise<ReadonlySet<string>> {
  const standing = await standingRecords(
    core,
    departed.map(({ model, op }) => ({ model, id: op.entityId })),
  )
  const joins = [...standing.keys()].flatMap((channel) => {
    const cursor = Object.hasOwn(cursors, channel) ? cursors[channel] : undefined
    return cursor === undefined ? [] : [{ channel, cursor }]
  })
  const held = new Set<string>()
  while (joins.length > 0) {
    const pulled = await core.pull({ user, joins: joins.splice(0, CHANNELS_AT_ONCE) })
    if ('refused' in pulled) continue
    const messages = pulled.messages.map((text) => JSON.parse(text) as PulledMessage)
    const coming = new Set(
      messages.flatMap((message) => opsOf(core.schema, message).filter(isWhole).map(placeOf)),
    )
    for (const { type, channel } of messages) {
      // Without `joined`, the right to it was lost meanwhile.
      const records = type === 'joined' ? (standing.get(channel) ?? []) : []
      for (const { model, id } of records) {
        if (!coming.has(`${channel} ${model} ${id}`)) held.add(`${model} ${id}`)
      }
    }
  }
  return held
}

const isWhole = ({ op }: PulledOp) => op.type === 'CREATE'

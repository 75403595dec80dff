/**
 * Brings a member to where the room's own frames follow on: by a catch-up from its cursor, or by a first load.
 *
 * Flow: registered → right checked → read → right checked again → sent → live. The check that counts is made in a
 * snapshot not older than the data's, of which a first load may still be reading: where nothing was handed on since
 * the first check began, that was it. It is repeated before each further frame if a guarding table has changed
 * meanwhile.
 *
 *   L2 once           the member stands exactly at the snapshot that was sent
 *   L4 no silent gap  a cursor that cannot be continued is answered with `snapshot`
 *   A1 closed         nothing is sent to whoever may not read at that moment
 */
import type { CursorContent } from '../cursor/cursor-bytes.ts'
import { changesFrames } from '../frames/changes-frames.ts'
import { type Frame, frameOf } from '../frames/frame.ts'
import { CheckedRight } from './checked-right.ts'
import type { Load } from './load-queue.ts'
import type { Member } from './member.ts'
import type { CatchUp, Place } from './place.ts'

/** How a member begins. */
export type Beginning =
  /** The device has nothing, or a cursor that was not ours: null. */
  | { readonly from: 'nothing' | 'unknown' }
  | { readonly from: 'cursor'; readonly cursor: CursorContent }
  /** The member had the room, and must load it again for this reason. */
  | { readonly from: 'reload'; readonly reason: string }

/** What a beginning may end in. */
export type BringUpOutcome =
  | { readonly is: 'up'; readonly cursor: string; readonly sent: 'changes' | 'rows' }
  /** The member left, or its connection ended, meanwhile. */
  | { readonly is: 'ended' }
  | { readonly is: 'forbidden' }

/** Larger queues wait before the next chunk is handed over, in bytes. */
const PACE_BYTES = 524_288

/** Runs until the member is up; `onUp` is called just before the first live frame may follow. */
export async function bringUp(
  place: Place,
  member: Member,
  beginning: Beginning,
  device: string | null,
  onUp: (outcome: Extract<BringUpOutcome, { is: 'up' }>) => void,
): Promise<BringUpOutcome> {
  const right = new CheckedRight(place, member)
  const { position } = place
  // A stranger costs one question, not a load, and learns nothing from how long a load takes (A3).
  if (!(await right.holds())) return { is: member.state === 'ended' ? 'ended' : 'forbidden' }
  const continued = beginning.from === 'cursor' ? await place.catchUp(beginning.cursor) : null
  const arrival = continued ?? (await place.load())
  if (arrival.snapshot !== position) right.expire()
  if (!(await right.holds())) return { is: member.state === 'ended' ? 'ended' : 'forbidden' }
  const frames = continued
    ? changeFrames(place.channel, continued, device)
    : loadFrames(place, beginning, arrival as Load)
  for await (const frame of frames) {
    if (member.outlet.waitingBytes > PACE_BYTES) await member.outlet.drained()
    if (!(await right.holds())) return { is: member.state === 'ended' ? 'ended' : 'forbidden' }
    member.outlet.send(frame)
  }
  if (!(await right.holds())) return { is: member.state === 'ended' ? 'ended' : 'forbidden' }
  const outcome = { is: 'up', cursor: arrival.cursor, sent: continued ? 'changes' : 'rows' } as const
  onUp(outcome)
  member.stand(arrival.snapshot, right.guard)
  return outcome
}

/** Each is made while the one before is sent and taken in: the device's work is the larger part (`bench`: G8). */
async function* changeFrames(
  channel: string,
  { rows, cursor }: CatchUp,
  device: string | null,
): AsyncIterable<Frame> {
  if (rows.length === 0) return
  let isFirst = true
  for (const frame of changesFrames(channel, rows, cursor, device)) {
    if (!isFirst) await new Promise(setImmediate)
    isFirst = false
    yield frame
  }
}

async function* loadFrames(place: Place, beginning: Beginning, load: Load): AsyncIterable<Frame> {
  const reason = reasonOf(beginning)
  if (reason !== null) yield frameOf({ type: 'snapshot', channel: place.channel, reason })
  yield* load.frames
}

function reasonOf(beginning: Beginning): string | null {
  if (beginning.from === 'nothing') return null
  return beginning.from === 'reload' ? beginning.reason : 'cursor'
}

/** One channel of a pull that wants markers: whether it has changed since its cursor, as of the snapshot of the pull (R1). */
import { withPosition } from '../protocol/marker-cursor.ts'
import { findMarkerTarget } from './channel-target.ts'
import type { PullJoin } from './core.ts'
import type { Frame } from './frames/frame.ts'
import { MarkedChannel } from './marking/marked-channel.ts'
import { MarkerNotice } from './marking/marker-notice.ts'
import { mayReadTarget } from './may-read.ts'
import type { PullSnapshot } from './pull-channel.ts'
import { joinedFrame, notFoundFrame } from './session/answers.ts'

/** The marker of what was missed, if anything was, and `joined`; or `not_found`. */
export async function pullMarkers(
  { engine, rules, connection, request, cursor, readAtMicros }: PullSnapshot,
  { channel, cursor: since }: PullJoin,
): Promise<readonly Frame[]> {
  const target = findMarkerTarget(engine.schema, engine.ids, channel)
  const context = { schema: engine.schema, rules, database: connection }
  const mayRead = target !== null && (await mayReadTarget(context, target, request.user))
  if (!mayRead) return [notFoundFrame(channel)]
  const place = withPosition(readAtMicros, engine.seal.seal({ ...cursor, views: NO_VIEWS }))
  const joined = joinedFrame(channel, place, 'markers')
  if (since === undefined) return [joined]
  const { markers } = engine
  const missed = await markers.changedSince.findHere(connection, engine.seal.open(since), cursor.snapshot)
  const marked = new MarkedChannel(engine.schema, target)
  const marks = await markers.marksOf(marked, request.user, missed, connection)
  return marks ? [...new MarkerNotice(channel, marks, place, 0).frames(), joined] : [joined]
}

const NO_VIEWS: ReadonlyMap<string, string> = new Map()

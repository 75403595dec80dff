/**
 * Answers a pull: everything a socket would get for these channels, from one database snapshot.
 *
 *   The ack's `lastOp` is read in that snapshot too: what its ops caused stands in the messages, and nothing of later ones.
 *   A3 silent   `not_found` leaves 25 ms after the request arrived
 *   W4          a channel whose statements fail has that as its answer, and the others have theirs
 */
import type { PushOutcome } from '../postgres/apply/writer.ts'
import type { Connection, Database } from '../postgres/database.ts'
import { atOneSnapshot } from '../postgres/log/one-snapshot.ts'
import { readPlace } from '../postgres/log/snapshot.ts'
import type { Rules } from '../postgres/rules.ts'
import { isStatementFault } from '../postgres/statement-fault.ts'
import { findTarget } from './channel-target.ts'
import type { PullJoin, PullRequest, Refusal } from './core.ts'
import { type Frame, frameOf } from './frames/frame.ts'
import { mayReadTarget } from './may-read.ts'
import { untilNegativeAnswer } from './negative-answer.ts'
import { type PulledChannel, type PullSnapshot, readPulled } from './pull-channel.ts'
import { pullMarkers } from './pull-markers.ts'
import { errorFrame, notFoundFrame, unavailableFrame } from './session/answers.ts'
import type { Engine } from './session/engine.ts'

export interface PullContext {
  readonly engine: Engine
  readonly database: Database
  readonly rules: Rules
}

export async function pull(
  context: PullContext,
  request: PullRequest,
): Promise<{ readonly messages: readonly string[] } | { readonly refused: Refusal }> {
  const receivedAtMs = performance.now()
  const refused = await markRead(context, request)
  if (refused) return { refused }
  const pulled = await readPull(context, request, pullChannel).catch((error: unknown) => {
    if (!isStatementFault(error)) throw error
    // Hardly any pull needs a savepoint before each channel, so that only this one pays for them.
    return readPull(context, request, pullApart)
  })
  if ('refused' in pulled) return pulled
  if (pulled.frames.some(({ text }) => text.startsWith(NOT_FOUND_START)))
    await untilNegativeAnswer(receivedAtMs)
  const ack = pulled.outcome ? [await ackFrame(context, request, pulled.outcome)] : []
  return { messages: [...pulled.frames, ...ack].map(({ text }) => text) }
}

/** Reads a channel at the snapshot of its pull. */
type PullChannel = (pulled: PullSnapshot, join: PullJoin) => Promise<PulledChannel>

async function readPull(
  context: PullContext,
  request: PullRequest,
  read: PullChannel,
): Promise<
  { readonly frames: readonly Frame[]; readonly outcome: PushOutcome | null } | { readonly refused: Refusal }
> {
  return atOneSnapshot(context.database, async (connection) => {
    const { snapshot, history, readAtMicros } = await readPlace(connection)
    const cursor = { snapshot, history, schema: context.engine.schema.hash }
    const outcome = await deviceOf(context, request, connection)
    if (outcome?.refused) return { refused: outcome.refused }
    const frames = await pullChannels({ ...context, request, connection, cursor, readAtMicros }, read)
    return { frames, outcome }
  })
}

const NOT_FOUND_START = '{"type":"error","code":"not_found"'

/** Notes which rejections the device has read; says why not, when it may not. */
async function markRead({ engine }: PullContext, { device, user, read }: PullRequest) {
  if (device === undefined || read === undefined) return undefined
  return (await engine.writer.push({ device, user, ops: [], read })).refused
}

async function deviceOf(
  { engine }: PullContext,
  { device, user }: PullRequest,
  connection: Connection,
): Promise<PushOutcome | null> {
  return device === undefined ? null : engine.writer.device(device, user, connection)
}

async function pullChannels(pulled: PullSnapshot, read: PullChannel): Promise<Frame[]> {
  const { joins, enough = Infinity } = pulled.request
  const frames: Frame[] = []
  let count = 0
  // In turn: they share one connection.
  for (const join of joins) {
    if (count >= enough) break
    const channel = await read(pulled, join)
    for (const frame of channel.frames) frames.push(frame)
    count += channel.count
  }
  return frames
}

async function pullChannel(pulled: PullSnapshot, join: PullJoin): Promise<PulledChannel> {
  const { engine, request, rules, connection } = pulled
  const { channel } = join
  if (join.want === 'markers') return { frames: await pullMarkers(pulled, join), count: 0 }
  if ((request.schema ?? engine.schema.version) < engine.schema.version)
    return { frames: [errorFrame('schema_too_old', { channel })], count: 0 }
  const target = findTarget(engine.schema, engine.ids, channel)
  const context = { schema: engine.schema, rules, database: connection }
  const mayRead = target !== null && (await mayReadTarget(context, target, request.user))
  return mayRead ? readPulled(pulled, join, target) : { frames: [notFoundFrame(channel)], count: 0 }
}

/** As `pullChannel`; what fails in it leaves the transaction as it was. */
async function pullApart(pulled: PullSnapshot, join: PullJoin): Promise<PulledChannel> {
  const { connection, engine } = pulled
  const { channel } = join
  await connection.query('savepoint pulled')
  try {
    const found = await pullChannel(pulled, join)
    await connection.query('release savepoint pulled')
    return found
  } catch (error) {
    if (!isStatementFault(error)) throw error
    engine.log.warn({ channel, error: String(error) }, 'A channel could not be read.')
    await connection.query('rollback to savepoint pulled')
    return { frames: [unavailableFrame(channel, error)], count: 0 }
  }
}

/** What the user may read of conflicts is asked for last: it is all that the snapshot does not say. */
async function ackFrame(
  { engine }: PullContext,
  { user }: PullRequest,
  { lastOp, lastKey, rejected, conflicts: open }: PushOutcome,
): Promise<Frame> {
  const conflicts = (await engine.conflicts.readable(user, open)) ?? []
  return frameOf({ type: 'ack', lastOp, lastKey, rejected, conflicts })
}

/**
 * Answers a pull: everything a socket would get for these channels, from one database snapshot.
 *
 *   The ack's `lastOp` is read before the snapshot, so everything that these ops caused stands in the messages.
 *   A3 silent   `not_found` leaves 25 ms after the request arrived
 */
import type { Connection, Database } from '../postgres/database.ts'
import { catchUpHere } from '../postgres/log/catch-up.ts'
import type { Cursor } from '../postgres/log/cursor.ts'
import { atOneSnapshot } from '../postgres/log/one-snapshot.ts'
import { readPlace, readSnapshotHere } from '../postgres/log/snapshot.ts'
import type { PushOutcome } from '../postgres/apply/writer.ts'
import type { Rules } from '../postgres/rules.ts'
import { type ChannelTarget, findTarget } from './channel-target.ts'
import type { PullJoin, PullRequest, Refusal } from './core.ts'
import { privateChangeText } from './frames/change-text.ts'
import { changesFrames } from './frames/changes-frames.ts'
import { type Frame, frameOf } from './frames/frame.ts'
import { rowsFrames } from './frames/rows-frames.ts'
import { readersOf } from './may-read.ts'
import { untilNegativeAnswer } from './negative-answer.ts'
import { readsOf } from './rooms/room-reader.ts'
import { errorFrame, joinedFrame, notFoundFrame } from './session/answers.ts'
import type { Engine } from './session/engine.ts'

export interface PullContext {
  readonly engine: Engine
  readonly database: Database
  readonly rules: Rules
}

/** One pull at one snapshot. */
interface PullSnapshot extends PullContext {
  readonly request: PullRequest
  readonly connection: Connection
  readonly cursor: Cursor
}

export async function pull(
  context: PullContext,
  request: PullRequest,
): Promise<{ readonly messages: readonly string[] } | { readonly refused: Refusal }> {
  const receivedAtMs = performance.now()
  const outcome = await deviceOf(context, request)
  if (outcome?.refused) return { refused: outcome.refused }
  const frames = await atOneSnapshot(context.database, async (connection) => {
    const { snapshot, history } = await readPlace(connection)
    const cursor = { snapshot, history, schema: context.engine.schema.hash }
    return pullChannels({ ...context, request, connection, cursor })
  })
  if (frames.some(({ text }) => text.startsWith(NOT_FOUND_START))) await untilNegativeAnswer(receivedAtMs)
  if (outcome) frames.push(ackFrame(outcome))
  return { messages: frames.map(({ text }) => text) }
}

const NOT_FOUND_START = '{"type":"error","code":"not_found"'

async function deviceOf(
  { engine }: PullContext,
  { device, user, read }: PullRequest,
): Promise<PushOutcome | null> {
  if (device === undefined) return null
  return read === undefined
    ? engine.writer.device(device, user)
    : engine.writer.push({ device, user, ops: [], read })
}

async function pullChannels(pulled: PullSnapshot): Promise<Frame[]> {
  const frames: Frame[] = []
  // In turn: they share one connection.
  for (const join of pulled.request.joins) frames.push(...(await pullChannel(pulled, join)))
  return frames
}

async function pullChannel(pulled: PullSnapshot, join: PullJoin): Promise<readonly Frame[]> {
  const { engine, request, rules, connection } = pulled
  const { channel } = join
  if (join.want === 'markers') {
    return [
      errorFrame('disabled', { message: 'Markers are turned off on this server. Ask for `rows`.', channel }),
    ]
  }
  if ((request.schema ?? engine.schema.version) < engine.schema.version)
    return [errorFrame('schema_too_old', { channel })]
  const target = findTarget(engine.schema, channel)
  const context = { schema: engine.schema, rules, database: connection }
  const mayRead = target !== null && (await readersOf(context, target, [request.user])).has(request.user)
  return mayRead ? readChannel(pulled, join, target) : [notFoundFrame(channel)]
}

async function readChannel(
  pulled: PullSnapshot,
  join: PullJoin,
  target: ChannelTarget,
): Promise<readonly Frame[]> {
  const { engine, cursor } = pulled
  const sealed = engine.seal.seal({ ...cursor, views: new Map() })
  const changes = await missedFrames(pulled, join, target, sealed)
  const frames = changes ?? (await loadedFrames(pulled, join, target, sealed))
  return [...frames, joinedFrame(join.channel, sealed)]
}

/** Null when the cursor cannot be continued, or there is none. */
async function missedFrames(
  { engine, request, connection, cursor }: PullSnapshot,
  { channel, cursor: sealedBefore }: PullJoin,
  target: ChannelTarget,
  sealed: string,
): Promise<readonly Frame[] | null> {
  const before = sealedBefore === undefined ? null : engine.seal.open(sealedBefore)
  if (before === null || before.schema !== engine.schema.hash) return null
  const room = target.kind === 'room' ? `${target.model.channel}:${target.id}` : channel
  const found = await catchUpHere(connection, { rooms: [room], cursor: before, upTo: cursor.snapshot })
  if ('refused' in found || found.rows.some(({ action }) => action === 'truncate')) return null
  if (found.rows.length === 0) return []
  return changesFrames(
    channel,
    found.rows.map((row) => privateChangeText(row, request.device ?? null)),
    sealed,
  )
}

async function loadedFrames(
  { engine, connection }: PullSnapshot,
  { channel, cursor }: PullJoin,
  target: ChannelTarget,
  sealed: string,
): Promise<readonly Frame[]> {
  const { tables } = await readSnapshotHere(connection, readsOf(engine.schema, target))
  const rows = rowsFrames(channel, tables, sealed)
  return cursor === undefined ? rows : [frameOf({ type: 'snapshot', channel, reason: 'cursor' }), ...rows]
}

function ackFrame({ lastOp, lastKey, rejected, conflicts }: PushOutcome): Frame {
  return frameOf({ type: 'ack', lastOp, lastKey, rejected, conflicts })
}

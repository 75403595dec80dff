/** One channel of a pull: what its cursor has not seen, or all of it, as it is at the snapshot of the pull. */
import type { Connection } from '../postgres/database.ts'
import { catchUpHere } from '../postgres/log/catch-up.ts'
import type { Cursor } from '../postgres/log/cursor.ts'
import { readSnapshotHere, type SnapshotTable } from '../postgres/log/snapshot.ts'
import type { LogRow } from '../postgres/log-row.ts'
import type { Rules } from '../postgres/rules.ts'
import type { ChannelTarget } from './channel-target.ts'
import type { PullJoin, PullRequest } from './core.ts'
import type { CursorContent } from './cursor/cursor-bytes.ts'
import { changesFrames } from './frames/changes-frames.ts'
import { type Frame, frameOf } from './frames/frame.ts'
import { rowsFrames } from './frames/rows-frames.ts'
import { readsOf } from './rooms/room-reader.ts'
import { joinedFrame } from './session/answers.ts'
import type { Engine } from './session/engine.ts'
import { defineView, type ViewDefinition } from './views/view-definition.ts'
import { digestsOf, missedOfView, versionsOf } from './views/view-place.ts'

/** One pull at one snapshot. */
export interface PullSnapshot {
  readonly engine: Engine
  readonly rules: Rules
  readonly request: PullRequest
  readonly connection: Connection
  readonly cursor: Cursor
  /** The database's clock after the snapshot was taken, in µs since 1970. */
  readonly readAtMicros: number
}

/** What a channel answers, and how many records or changes that is. */
export interface PulledChannel {
  readonly frames: readonly Frame[]
  readonly count: number
}

/** A channel at the snapshot: changes since a cursor, or its rows. */
type Found = { readonly views: ReadonlyMap<string, string> } & (
  | { readonly rows: readonly LogRow[] }
  | { readonly tables: readonly SnapshotTable[] }
)

/** Reads a channel that the user may read; ends with its `joined`. */
export async function readPulled(
  pulled: PullSnapshot,
  join: PullJoin,
  target: ChannelTarget,
): Promise<PulledChannel> {
  const { engine, rules, request, cursor } = pulled
  const { channel } = join
  const definition = defineView(engine.schema, rules, target, channel, request.user)
  const before = join.cursor === undefined ? null : engine.seal.open(join.cursor)
  const missed =
    before?.schema === engine.schema.hash
      ? await readMissedRows(pulled, join, target, definition, before)
      : null
  const found = missed ?? (await readAll(pulled, target, definition))
  const sealed = engine.seal.seal({ ...cursor, views: found.views })
  const shown = shownRows(found, engine)
  const frames = [...framesOf(shown, join, request.device ?? null, sealed), joinedFrame(channel, sealed)]
  return { frames, count: countOf(found) }
}

function countOf(found: Found): number {
  return 'rows' in found ? found.rows.length : found.tables.reduce((sum, { count }) => sum + count, 0)
}

/** Null when the cursor cannot be continued. */
async function readMissedRows(
  { connection, cursor }: PullSnapshot,
  { channel }: PullJoin,
  target: ChannelTarget,
  definition: ViewDefinition | null,
  before: CursorContent,
): Promise<Found | null> {
  if (definition) {
    const missed = await missedOfView(connection, definition, before)
    return missed && { rows: missed.rows, views: digestsOf(definition, missed.versions) }
  }
  const room = target.kind === 'room' ? `${target.model.channel}:${target.id}` : channel
  const found = await catchUpHere(connection, { rooms: [room], cursor: before, upTo: cursor.snapshot })
  if ('refused' in found || found.rows.some(({ action }) => action === 'truncate')) return null
  return { rows: found.rows, views: NO_VIEWS }
}

async function readAll(
  { engine, connection }: PullSnapshot,
  target: ChannelTarget,
  definition: ViewDefinition | null,
): Promise<Found> {
  const reads = definition
    ? [{ model: definition.model, where: definition.condition }]
    : readsOf(engine.schema, target)
  const { tables } = await readSnapshotHere(connection, reads)
  return { tables, views: definition ? digestsOf(definition, versionsOf(tables)) : NO_VIEWS }
}

const NO_VIEWS: ReadonlyMap<string, string> = new Map()

function shownRows(found: Found, { shown }: Engine): Found {
  return 'tables' in found
    ? { ...found, tables: shown.tables(found.tables) }
    : { ...found, rows: shown.rows(found.rows) }
}

function framesOf(
  found: Found,
  { channel, cursor }: PullJoin,
  device: string | null,
  sealed: string,
): readonly Frame[] {
  if ('tables' in found) {
    const rows = rowsFrames(channel, found.tables, sealed)
    return cursor === undefined ? rows : [frameOf({ type: 'snapshot', channel, reason: 'cursor' }), ...rows]
  }
  if (found.rows.length === 0) return []
  return [...changesFrames(channel, found.rows, sealed, device)]
}

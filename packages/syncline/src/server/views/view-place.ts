/** A channel that is a view: read by its condition, continued by the digest in its cursor. */
import type { Connection, Database } from '../../postgres/database.ts'
import { whyNotContinued } from '../../postgres/log/continuity.ts'
import { position } from '../../postgres/log/cursor.ts'
import { atOneSnapshot } from '../../postgres/log/one-snapshot.ts'
import { readPlace, readSnapshot, type SnapshotTable } from '../../postgres/log/snapshot.ts'
import type { LogRow } from '../../postgres/log-row.ts'
import type { User } from '../../protocol/user.ts'
import type { CursorContent } from '../cursor/cursor-bytes.ts'
import { rowsFrames } from '../frames/rows-frames.ts'
import type { ShownIds } from '../ids/shown-ids.ts'
import type { Load, LoadQueue } from '../rooms/load-queue.ts'
import type { CatchUp, Place } from '../rooms/place.ts'
import type { Readers } from '../rooms/readers.ts'
import type { RoomKey } from '../rooms/room-table.ts'
import { changesOfModel, viewChanges } from './view-changes.ts'
import type { ViewDefinition } from './view-definition.ts'
import { readIds, readMissed } from './view-reader.ts'
import { ViewRecords } from './view-records.ts'
import { settledRows, type ViewTable } from './view-table.ts'
import type { View } from './view.ts'

export interface ViewPlaceOptions {
  readonly view: View
  readonly key: RoomKey
  readonly readers: Readers
  readonly loads: LoadQueue
  readonly table: ViewTable
  readonly database: Database
  readonly schemaHash: string
  readonly seal: (content: CursorContent) => string
  readonly shown: ShownIds
}

export class ViewPlace implements Place {
  readonly view: View
  readonly key: RoomKey
  readonly #options: ViewPlaceOptions

  constructor(options: ViewPlaceOptions) {
    this.view = options.view
    this.key = options.key
    this.#options = options
  }

  get channel(): string {
    return this.view.channel
  }

  get room() {
    return this.view.room
  }

  mayRead(user: User): Promise<boolean> {
    return this.#options.readers.mayRead(user)
  }

  load(): Promise<Load> {
    const { loads, table, database, seal, schemaHash, shown } = this.#options
    const { view } = this
    const { definition } = view
    // Not by channel: lists of different users have the same name.
    return loads.load(definition.key, async () => {
      const { era } = view
      const read = await readSnapshot(database, [{ model: definition.model, where: definition.condition }])
      if (!read) throw new Error('A load without a check has ended without rows.')
      const { snapshot, history, tables } = read
      const versions = versionsOf(tables)
      table.begin(view, era, versions, snapshot)
      const cursor = seal({ history, snapshot, schema: schemaHash, views: digestsOf(definition, versions) })
      return { snapshot, cursor, frames: rowsFrames(view.channel, shown.tables(tables), cursor) }
    })
  }

  async catchUp(from: CursorContent): Promise<CatchUp | null> {
    const { database, schemaHash, seal, table, shown } = this.#options
    if (from.schema !== schemaHash) return null
    const { view } = this
    const { era } = view
    const found = await atOneSnapshot(database, (connection) =>
      missedOfView(connection, view.definition, from),
    )
    if (!found) return null
    const { rows, snapshot, history, versions } = found
    table.begin(view, era, versions, snapshot)
    const views = digestsOf(view.definition, versions)
    const cursor = seal({ history, snapshot, schema: schemaHash, views })
    return { rows: shown.rows(rows), snapshot, cursor }
  }

  settled(): Promise<void> {
    return this.#options.table.settled()
  }

  isSettled(): boolean {
    return this.#options.table.isSettled
  }

  digests(): readonly (readonly [string, string])[] {
    const { definition, records, state } = this.view
    return state === 'ready' ? [[definition.cursorKey, records.digest]] : []
  }
}

/** What a device has missed of a view, and what it shows now. */
export interface MissedOfView {
  readonly rows: readonly LogRow[]
  readonly snapshot: string
  readonly history: string
  readonly versions: ReadonlyMap<string, number>
}

/** Longer absences are loaded again: the log is not read by view. */
const FARTHEST = 100_000

/**
 * Reads in the caller's transaction. The set that the device has is worked out backwards from the present one and the
 * changes since; its digest says whether that is right. Null when it is not, and the view is loaded again (L4).
 */
export async function missedOfView(
  connection: Connection,
  definition: ViewDefinition,
  from: CursorContent,
): Promise<MissedOfView | null> {
  const digest = from.views.get(definition.cursorKey)
  if (digest === undefined || (await whyNotContinued(connection, from)) !== null) return null
  const place = await readPlace(connection)
  if (position(place.snapshot) - position(from.snapshot) > FARTHEST) return null
  const missed = await readMissed(connection, definition.model, from.snapshot)
  if (missed === null || missed.some(({ action }) => action === 'truncate')) return null
  const versions = await readIds(connection, definition)
  const rows = changesOfModel(missed, definition.model.name)
  const before = recordsBefore(versions, rows)
  if (before.digest !== digest) return null
  const asked = new Set(rows.map(({ id }) => id))
  const readable = new Set([...asked].filter((id) => versions.has(id)))
  const steps = viewChanges(before, { rows, asked, readable })
  return { ...place, versions, rows: await settledRows(connection, { definition, records: before }, steps) }
}

/** The set before the changes: what was created since was not in it, what was deleted since was. */
function recordsBefore(now: ReadonlyMap<string, number>, rows: readonly LogRow[]): ViewRecords {
  const before = new ViewRecords()
  for (const id of now.keys()) before.set(id, 0)
  const touched = new Set<string>()
  for (const { id, action } of rows) {
    if (touched.has(id)) continue
    touched.add(id)
    if (action === 'create') before.delete(id)
    else if (rows.findLast((row) => row.id === id)?.action === 'delete') before.set(id, 0)
  }
  return before
}

/** Ids and versions of the rows of a load. */
export function versionsOf(tables: readonly SnapshotTable[]): Map<string, number> {
  const rows = tables.flatMap(({ chunks }) =>
    chunks.flatMap((chunk) => JSON.parse(`[${chunk}]`) as [string, number][]),
  )
  return new Map(rows.map(([id, version]) => [id, version]))
}

/** The digests that a cursor of a view carries. */
export function digestsOf(
  definition: ViewDefinition,
  versions: ReadonlyMap<string, number>,
): Map<string, string> {
  const records = new ViewRecords()
  for (const [id, version] of versions) records.set(id, version)
  return new Map([[definition.cursorKey, records.digest]])
}

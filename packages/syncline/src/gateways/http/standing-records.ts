/** Asks the database in which channels records stand, whoever may read them. */
import { idColumnType } from '../../postgres/capture/column-type.ts'
import { type Sql, sql } from '../../postgres/sql.ts'
import { roomChannel } from '../../protocol/channel.ts'
import type { Model } from '../../schema/model.ts'
import type { Core } from '../../server/core.ts'
import { column, RECORD } from './rest/record-sql.ts'

/** A record by its model and its id as it is shown. */
export interface ShownRecord {
  readonly model: string
  readonly id: string
}

/** The records that stand in a channel now, by channel; one that is not there any more is in none. */
export async function standingRecords(
  core: Core,
  records: readonly ShownRecord[],
): Promise<ReadonlyMap<string, readonly ShownRecord[]>> {
  const standing = new Map<string, ShownRecord[]>()
  const parts = [...idsByModel(core, records)].flatMap(([model, ids]) => placesOf(model, [...ids]))
  if (parts.length === 0) return standing
  const statement = sql.join(parts, ' union all ')
  for (const place of await core.database.query<Place>(statement.text(), statement.values)) {
    const channel = channelOf(core, place)
    const found = standing.get(channel) ?? []
    found.push({ model: place.model, id: core.shown.id(place.model, place.id) })
    standing.set(channel, found)
  }
  return standing
}

/** Where a record stands: in a room, or, without one, among all of its model. */
interface Place {
  readonly model: string
  readonly id: string
  readonly root: string
  readonly room: string | null
}

function idsByModel(core: Core, records: readonly ShownRecord[]): Map<Model, Set<string>> {
  const ids = new Map<Model, Set<string>>()
  for (const record of records) {
    // A device may hold records of a model that an earlier declaration had.
    const model = Object.hasOwn(core.schema.models, record.model)
      ? core.schema.models[record.model]
      : undefined
    const id = model ? core.ids.decode(model, record.id) : null
    if (!model || id === null) continue
    ids.set(model, (ids.get(model) ?? new Set()).add(id))
  }
  return ids
}

/** One `select` for each way in which records of the model get into a channel. */
function placesOf(model: Model, ids: readonly string[]): Sql[] {
  const among = sql`${column(model.idColumn)} = any(${[...ids]}::text[]::${sql.raw(idColumnType(model.idType))}[])`
  const place = (root: string, room: Sql) =>
    sql`select ${model.name}::text as model, ${column(model.idColumn)}::text as id, ${root}::text as root, ${room}::text as room from ${sql.identifier(model.table)} as ${sql.identifier(RECORD)} where ${among}`
  const member = model.rooms.map(
    (room) => sql`${place(room.root, column(room.column))} and ${column(room.column)} is not null`,
  )
  return [
    ...member,
    ...(model.isRoot ? [place(model.name, column(model.idColumn))] : []),
    ...(model.shared ? [place(model.name, sql.raw('null'))] : []),
  ]
}

function channelOf({ schema, shown }: Core, { root, room }: Place): string {
  const { channel } = schema.models[root] as Model
  return room === null ? `${channel}:all` : roomChannel(channel, shown.id(root, room))
}

/** Tells rooms to load again whose tables may have changed unseen (L1). */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import { WAKE_CHANNEL } from '../log/wake.ts'
import { quoteIdentifier } from '../sql.ts'
import { literal } from './sql-text.ts'

/** Statements for every room that may have missed a change of a model: those that there are, and those that the log remembers. */
export function reloadRooms(schema: CompiledSchema, model: Model): string[] {
  const rooms = [
    ...new Set(model.rooms.map(({ root }) => root).concat(model.isRoot ? [model.name] : [])),
  ].map((root) => roomsOf(schema.models[root] as Model))
  const all = model.shared ? [`select ${literal(`${model.channel}:all`)}`] : []
  const text = [...rooms, ...all].join(' union ') || 'select null'
  return [
    `insert into syncline.log (room, model, id, action, version)
    select r.room, ${literal(model.name)}, '', 'truncate', 0 from (${text}) as r (room)`,
    `select pg_notify('${WAKE_CHANNEL}', '')`,
  ]
}

function roomsOf(root: Model): string {
  const prefix = literal(`${root.channel}:`)
  return `select ${prefix} || left(t.${quoteIdentifier(root.idColumn)}::text, 250) from ${quoteIdentifier(root.table)} as t
    union select l.room from syncline.log as l where starts_with(l.room, ${prefix}) and l.room <> ${literal(`${root.channel}:all`)}`
}

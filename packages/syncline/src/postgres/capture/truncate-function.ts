/**
 * The TRUNCATE trigger of a table: tells every room that had rows in it to load again.
 *
 * It runs before the rows are gone. TRUNCATE of a partition fires only the partition's own triggers, so they have it
 * too and name the rooms of the whole table, which is more than necessary and never too little.
 */
import { quoteIdentifier } from '../sql.ts'
import type { CapturedRoom, CapturedTable } from './captured-table.ts'
import { insertLogRow, SOURCE, WRITER_VARIABLES } from './log-insert.ts'
import { readWriter } from './read-writer.ts'
import { literal, paragraphs, triggerFunction, when } from './sql-text.ts'
import { WAKE } from './wake-text.ts'

/** Name of the function, in schema `syncline`. */
export function truncateFunctionName(table: { readonly slug: string }): string {
  return `truncate_${table.slug}`
}

export function truncateFunction(table: CapturedTable): string {
  return triggerFunction({
    name: truncateFunctionName(table),
    purpose: `Tells the rooms of ${table.table} to load again when it is emptied.`,
    variables: ['has_rooms boolean := false', ...WRITER_VARIABLES],
    body: paragraphs(
      readWriter(),
      ...table.rooms.map((room) => reloadRooms(table, room)),
      when('not has_rooms', insertLogRow(truncateRow(table.model.name))),
      `${WAKE}\nreturn null;`,
    ),
  })
}

/** What guards and tables without rooms say: one row, in no room. */
export function truncateRow(model: string) {
  return { room: 'null', model, id: "''", action: "'truncate'", version: '0' }
}

function reloadRooms(table: CapturedTable, room: CapturedRoom): string {
  return `insert into syncline.log (room, model, id, action, version, device, actor, source)
  select r.room, ${literal(table.model.name)}, '', 'truncate', 0, log_device, log_actor, ${SOURCE}
  from (${rooms(table, room)}) as r (room) where r.room is not null;
has_rooms := has_rooms or found;`
}

function rooms(table: CapturedTable, room: CapturedRoom): string {
  if (room.kind === 'all') return `select ${literal(`${room.channel}:all`)}`
  const column = quoteIdentifier(room.kind === 'column' ? room.column.name : table.id.name)
  return `select distinct ${literal(`${room.channel}:`)} operator(pg_catalog.||) pg_catalog.left(t.${column}::pg_catalog.text, 250) from ${table.table} as t`
}

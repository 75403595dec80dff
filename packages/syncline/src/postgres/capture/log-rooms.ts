/**
 * In which rooms a change is logged: one row for each, or one without when there is none.
 *
 * Rows of most tables are in one room or none: straight-line code. Where a record may be in several, its rooms before
 * and after are compared as arrays.
 */
import { quoteIdentifier } from '../sql.ts'
import type { CapturedRoom, CapturedTable } from './captured-table.ts'
import { type ComparedColumn, differs } from './changed-expression.ts'
import { insertLogRow, type LoggedRow } from './log-insert.ts'
import { hasMarks } from './marks.ts'
import { type Alias, roomText, wholeRow } from './record-sql.ts'
import { choose, indent, lines, when } from './sql-text.ts'

/** What a row says beside its room, as SQL. */
export type RowContent = Pick<
  LoggedRow,
  'action' | 'fields' | 'before' | 'version' | 'fieldVersions' | 'where'
>

/** Where a change may be logged more than once. */
export const isSeveral = (table: CapturedTable) => table.rooms.length > 1

/** Columns whose change is a change of room. */
export function roomColumns(table: CapturedTable): ComparedColumn[] {
  return table.rooms.flatMap((room) => (room.kind === 'column' ? [room.column] : []))
}

export function roomVariables(table: CapturedTable): string[] {
  if (!isSeveral(table)) return []
  return [
    'log_room pg_catalog.text',
    'log_rooms pg_catalog.text[]',
    'rooms_before pg_catalog.text[]',
    'rooms_done pg_catalog.text[]',
  ]
}

/** Writes a row in every room of the old or the new row. */
export function logInRooms(table: CapturedTable, content: RowContent, alias: Alias): string {
  const [room] = table.rooms
  if (room === undefined) return insertLogRow(rowOf(table, content, 'null'))
  if (!isSeveral(table)) return insertLogRow(rowOf(table, content, roomText(table, room, alias)))
  return lines(
    `log_rooms := ${roomList(table, alias)};`,
    "rooms_done := '{}';",
    inSeveral(table, content, insertLogRow(rowOf(table, content, 'log_room'))),
  )
}

/** Writes an update: where the record is still, where it has come, and where it has gone from. */
export function logUpdate(table: CapturedTable, content: RowContent): string {
  const [room] = table.rooms
  if (isSeveral(table)) return updateSeveral(table, content)
  if (room?.kind !== 'column') return logInRooms(table, content, 'new')
  return choose([[differs(room.column), moveRooms(table, content, room)]], logInRooms(table, content, 'new'))
}

function moveRooms(
  table: CapturedTable,
  content: RowContent,
  room: CapturedRoom & { kind: 'column' },
): string {
  const column = quoteIdentifier(room.column.name)
  const isIn = (alias: Alias) => `${alias}.${column} is not null`
  const leave = insertLogRow(leaveRow(table, content, roomText(table, room, 'old')))
  const enter = insertLogRow(enterRow(table, content, roomText(table, room, 'new')))
  return choose(
    [
      [isIn('old'), lines(leave, when(isIn('new'), enter))],
      [isIn('new'), enter],
    ],
    insertLogRow(rowOf(table, content, 'null')),
  )
}

function updateSeveral(table: CapturedTable, content: RowContent): string {
  const isEntering = '(log_room operator(pg_catalog.=) any (rooms_before)) is not true'
  return lines(
    `rooms_before := ${roomList(table, 'old')};`,
    `log_rooms := ${roomList(table, 'new')};`,
    "rooms_done := '{}';",
    'foreach log_room in array rooms_before loop',
    indent(
      when(
        'log_room is not null and (log_room operator(pg_catalog.=) any (log_rooms)) is not true\n  and (log_room operator(pg_catalog.=) any (rooms_done)) is not true',
        insertLogRow(leaveRow(table, content, 'log_room')),
        'rooms_done := rooms_done operator(pg_catalog.||) log_room;',
      ),
    ),
    'end loop;',
    inSeveral(
      table,
      content,
      choose(
        [[isEntering, insertLogRow(enterRow(table, content, 'log_room'))]],
        // Where it stays, a move by another path changes nothing.
        when('log_fields is not null', insertLogRow(rowOf(table, content, 'log_room'))),
      ),
    ),
  )
}

/** Once for each of `log_rooms`; a row without a room when nothing was written at all. */
function inSeveral(table: CapturedTable, content: RowContent, insert: string): string {
  return lines(
    'foreach log_room in array log_rooms loop',
    indent(
      lines(
        'continue when log_room is null or (log_room operator(pg_catalog.=) any (rooms_done)) is true;',
        'rooms_done := rooms_done operator(pg_catalog.||) log_room;',
        insert,
      ),
    ),
    'end loop;',
    when("rooms_done operator(pg_catalog.=) '{}'", insertLogRow(rowOf(table, content, 'null'))),
  )
}

function roomList(table: CapturedTable, alias: Alias): string {
  return `array[${table.rooms.map((room) => roomText(table, room, alias)).join(', ')}]`
}

function rowOf(table: CapturedTable, content: RowContent, room: string): LoggedRow {
  return {
    ...content,
    room,
    model: table.model.name,
    id: 'record_id',
    ...(hasMarks(table) ? { marks: 'log_marks' } : {}),
    op: 'log_op',
  }
}

/** In the old room the record is gone: nothing but its version is said. */
function leaveRow(table: CapturedTable, { version }: RowContent, room: string): LoggedRow {
  return rowOf(table, { action: "'leave'", version }, room)
}

/** In the new room the record is new: its whole row, whose fields have different versions unless it is as created. */
function enterRow(table: CapturedTable, { before, version }: RowContent, room: string): LoggedRow {
  const { version: versionColumn, fieldVersions } = table.model.columns
  const content = {
    action: "'enter'",
    fields: wholeRow(table, 'new'),
    before,
    version,
    fieldVersions: `case when new.${quoteIdentifier(versionColumn)} operator(pg_catalog.>) 1 then new.${quoteIdentifier(fieldVersions)} end`,
  }
  return rowOf(table, content, room)
}

/**
 * In which rooms a change is logged: one row for each, or one without when there is none.
 *
 * Rows of most tables are in one room or none: straight-line code. Where a record may be in several, its rooms before
 * and after are compared as arrays.
 */
import { quoteIdentifier } from '../sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { type ComparedColumn, isChanged } from './changed-expression.ts'
import { insertLogRow, type LoggedRow } from './log-insert.ts'
import { wholeChange } from './log-values.ts'
import { hasMarks } from './marks.ts'
import { roomText, wholeRow } from './record-sql.ts'
import { choose, indent, lines, when } from './sql-text.ts'
import { WAKE } from './wake-text.ts'

const isSeveral = (table: CapturedTable) => table.rooms.length > 1

/** Columns whose change is a change of room. */
export function roomColumns(table: CapturedTable): ComparedColumn[] {
  return table.rooms.flatMap((room) => (room.kind === 'column' ? [room.column] : []))
}

export function roomVariables(table: CapturedTable): string[] {
  const one = ['log_room pg_catalog.text', 'log_field_versions pg_catalog.jsonb']
  if (!isSeveral(table)) return one
  return [
    ...one,
    'log_rooms pg_catalog.text[]',
    'rooms_before pg_catalog.text[]',
    'rooms_done pg_catalog.text[]',
  ]
}

/** Sets the rooms that the main row goes to: those of the old row of a delete, else those of the new one. */
export function readRooms(table: CapturedTable, alias: 'old' | 'new'): string {
  const [room] = table.rooms
  if (room === undefined) return ''
  if (!isSeveral(table)) return `log_room := ${roomText(table, room, alias)};`
  return lines(`log_rooms := ${roomList(table, alias)};`, "rooms_done := '{}';")
}

function roomList(table: CapturedTable, alias: 'old' | 'new'): string {
  return `array[${table.rooms.map((room) => roomText(table, room, alias)).join(', ')}]`
}

/** For an update: what must be said in the rooms that the record leaves, and how it is new in those that it enters. */
export function changeRooms(table: CapturedTable): string {
  if (roomColumns(table).length === 0) return ''
  return isSeveral(table) ? leaveSeveral(table) : changeOne(table)
}

function changeOne(table: CapturedTable): string {
  const [room] = table.rooms
  const [column] = roomColumns(table)
  if (room === undefined || column === undefined) return ''
  const { fieldVersions, version } = table.model.columns
  return when(
    isChanged(column),
    when(
      `old.${quoteIdentifier(column.name)} is not null`,
      insertLogRow(leaveRow(table, roomText(table, room, 'old'))),
      when('log_room is null', WAKE, 'return null;'),
    ),
    when(
      'log_room is not null',
      "log_action := 'enter';",
      wholeChange(table, 'log_fields', 'new'),
      when(
        `new.${quoteIdentifier(version)} operator(pg_catalog.>) 1`,
        `log_field_versions := new.${quoteIdentifier(fieldVersions)};`,
      ),
    ),
  )
}

function leaveSeveral(table: CapturedTable): string {
  return lines(
    `rooms_before := ${roomList(table, 'old')};`,
    'foreach log_room in array rooms_before loop',
    indent(
      when(
        'log_room is not null and (log_room operator(pg_catalog.=) any (log_rooms)) is not true\n  and (log_room operator(pg_catalog.=) any (rooms_done)) is not true',
        insertLogRow(leaveRow(table, 'log_room')),
        'rooms_done := rooms_done operator(pg_catalog.||) log_room;',
      ),
    ),
    'end loop;',
  )
}

/** Writes the main row. */
export function writeToRooms(table: CapturedTable): string {
  return isSeveral(table) ? writeToSeveral(table) : insertLogRow(mainRow(table))
}

function writeToSeveral(table: CapturedTable): string {
  const { fieldVersions } = table.model.columns
  const enter = {
    ...mainRow(table),
    action: "'enter'",
    fields: wholeRow(table, 'new'),
    fieldVersions: `new.${quoteIdentifier(fieldVersions)}`,
  }
  const isEntering =
    "log_action operator(pg_catalog.=) 'update' and (log_room operator(pg_catalog.=) any (rooms_before)) is not true"
  return lines(
    'foreach log_room in array log_rooms loop',
    indent(
      lines(
        'continue when log_room is null or (log_room operator(pg_catalog.=) any (rooms_done)) is true;',
        'rooms_done := rooms_done operator(pg_catalog.||) log_room;',
        choose([[isEntering, insertLogRow(enter)]], insertLogRow(mainRow(table))),
      ),
    ),
    'end loop;',
    when("rooms_done operator(pg_catalog.=) '{}'", insertLogRow({ ...mainRow(table), room: 'null' })),
  )
}

/** The row that every branch prepares in its variables. */
function mainRow(table: CapturedTable): LoggedRow {
  return {
    room: table.rooms.length === 0 ? 'null' : 'log_room',
    model: table.model.name,
    id: 'record_id',
    action: 'log_action',
    fields: 'log_fields',
    before: 'log_before',
    version: 'log_version',
    fieldVersions: 'log_field_versions',
    ...(hasMarks(table) ? { marks: 'log_marks' } : {}),
    op: 'log_op',
  }
}

function leaveRow(table: CapturedTable, room: string): LoggedRow {
  return {
    room,
    model: table.model.name,
    id: 'record_id',
    action: "'leave'",
    version: 'log_version',
    ...(hasMarks(table) ? { marks: 'log_marks' } : {}),
    op: 'log_op',
  }
}

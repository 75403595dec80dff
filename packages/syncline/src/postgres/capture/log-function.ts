/**
 * The AFTER trigger of a table: writes what was committed into `syncline.log` (L1), once per room.
 *
 *   insert        create, with the whole row
 *   update        update, with new and old values of the changed fields; nothing when no declared field changed
 *   delete        delete, with the whole old row
 *   another id    a delete and a create
 *   another room  leave, with id and version only, and enter, with the whole row
 *
 * It runs per row: statement triggers miss writes made on a partition. It is straight-line code for one table, because
 * every writer pays for it (G6b), and it must not fail a transaction that would succeed without it.
 */
import { quoteIdentifier } from '../sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { isAnyChanged, isChanged } from './changed-expression.ts'
import { buryRecord, following, reviveRecord } from './lives.ts'
import { insertLogRow, WRITER_VARIABLES } from './log-insert.ts'
import { changeRooms, readRooms, roomColumns, roomVariables, writeToRooms } from './log-rooms.ts'
import { logChanges, wholeChange } from './log-values.ts'
import { hasMarks, marksText } from './marks.ts'
import { forgetPartitionMove, recognisePartitionMove } from './partition-move.ts'
import { readWriter } from './read-writer.ts'
import { idText } from './record-sql.ts'
import { choose, lines, paragraphs, triggerFunction, when } from './sql-text.ts'
import { WAKE } from './wake-text.ts'

/** Name of the function, in schema `syncline`. */
export function logFunctionName(table: Pick<CapturedTable, 'slug'>): string {
  return `log_${table.slug}`
}

const IS_INSERT = "operation operator(pg_catalog.=) 'INSERT'"
const IS_UPDATE = "operation operator(pg_catalog.=) 'UPDATE'"
const IS_DELETE = "operation operator(pg_catalog.=) 'DELETE'"

export function logFunction(table: CapturedTable): string {
  return triggerFunction({
    name: logFunctionName(table),
    purpose: `Logs committed changes of ${table.table}.`,
    variables: [
      'operation pg_catalog.text := tg_op',
      'record_id pg_catalog.text',
      'log_action pg_catalog.text',
      'log_version integer',
      'log_fields pg_catalog.jsonb',
      'log_before pg_catalog.jsonb',
      ...roomVariables(table),
      ...(hasMarks(table) ? ['log_marks pg_catalog.jsonb'] : []),
      ...WRITER_VARIABLES,
    ],
    // Only floating-point numbers are written as the session says; see `column-expression.ts`.
    settings: table.fields.some(({ field }) => field.kind === 'number') ? ['extra_float_digits = 1'] : [],
    body: paragraphs(
      recognisePartitionMove(table),
      when(IS_UPDATE, forgetPartitionMove(table), stopWhenUnchanged(table)),
      choose([[IS_DELETE, `record_id := ${idText(table, 'old')};`]], `record_id := ${idText(table, 'new')};`),
      readWriter(table.model.name),
      choose(
        [
          [IS_INSERT, created(table)],
          [IS_DELETE, deleted(table)],
          [isChanged(table.id), changedKey(table)],
        ],
        updated(table),
      ),
      writeToRooms(table),
      lines(WAKE, 'return null;'),
    ),
  })
}

const version = (table: CapturedTable, alias: 'old' | 'new') =>
  `${alias}.${quoteIdentifier(table.model.columns.version)}`

/** Nothing that anybody shows has changed: there is no new version, and no log row. */
function stopWhenUnchanged(table: CapturedTable): string {
  const columns = roomColumns(table)
  const isSameRoom = columns.length === 0 ? '' : `\n  and not (${isAnyChanged(columns)})`
  return when(
    `${version(table, 'new')} operator(pg_catalog.=) ${version(table, 'old')}${isSameRoom}`,
    logGuarded(table),
    'return null;',
  )
}

/** Columns that no field has, but that decide who may read. */
function logGuarded(table: CapturedTable): string {
  if (table.guarded.length === 0) return ''
  return when(
    isAnyChanged(table.guarded),
    readWriter(),
    insertLogRow({
      room: 'null',
      model: `@${table.model.table}`,
      id: idText(table, 'new'),
      action: "'update'",
      version: version(table, 'new'),
    }),
    WAKE,
  )
}

function created(table: CapturedTable): string {
  return lines(reviveRecord(table), createdRow(table))
}

function createdRow(table: CapturedTable): string {
  return lines(
    "log_action := 'create';",
    wholeChange(table, 'log_fields', 'new'),
    readRooms(table, 'new'),
    marksText(table, 'new'),
  )
}

function deleted(table: CapturedTable): string {
  return lines(
    "log_action := 'delete';",
    `log_version := ${following(`coalesce(${version(table, 'old')}, 1)`)};`,
    wholeChange(table, 'log_before', 'old'),
    readRooms(table, 'old'),
    marksText(table, 'old'),
    buryRecord(table),
  )
}

/** The record with the old id is gone, and the one with the new id is new. */
function changedKey(table: CapturedTable): string {
  return lines(
    `record_id := ${idText(table, 'old')};`,
    deleted(table),
    writeToRooms(table),
    `record_id := ${idText(table, 'new')};`,
    `log_version := ${version(table, 'new')};`,
    'log_before := null;',
    createdRow(table),
  )
}

function updated(table: CapturedTable): string {
  const unmoved = roomColumns(table).map((column) => ` and not (${isChanged(column)})`)
  return lines(
    "log_action := 'update';",
    `log_version := ${version(table, 'new')};`,
    ...table.fields.map(logChanges),
    // The version alone is another: `reviveRecord` corrected it.
    when(`log_fields is null${unmoved.join('')}`, 'return null;'),
    readRooms(table, 'new'),
    marksText(table, 'both'),
    changeRooms(table),
  )
}

/**
 * The AFTER trigger of a table: writes what was committed into `syncline.log` (L1), once per room.
 *
 *   insert        create, with the whole row
 *   update        update, with new and old values of the changed fields; nothing when no declared field changed
 *   delete        delete, with the whole old row
 *   another id    a delete and a create
 *   another room  leave, with id and version only, and enter, with the whole row
 *
 * It runs per row: statement triggers miss writes made on a partition. It is straight-line code for one table with as
 * few statements as possible, because every writer pays for each of them (G6b), and it must not fail a transaction
 * that would succeed without it.
 */
import { quoteIdentifier } from '../sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { columnsNote } from './columns-note.ts'
import { differs, isAnyChanged, whenChanged } from './changed-expression.ts'
import {
  buryRecord,
  findBelowEnd,
  following,
  isAboveLastLife,
  liftAboveEnd,
  mayBeBack,
  reviveRecord,
  versionToLog,
} from './lives.ts'
import { insertLogRow, WRITER_VARIABLES } from './log-insert.ts'
import { isSeveral, logInRooms, logUpdate, roomColumns, roomVariables } from './log-rooms.ts'
import { logChange } from './log-values.ts'
import { hasMarks, marksText } from './marks.ts'
import { forgetPartitionMove, recognisePartitionMove } from './partition-move.ts'
import { plainUpdate } from './plain-update.ts'
import { readWriter } from './read-writer.ts'
import { type Alias, idText, wholeRow } from './record-sql.ts'
import { choose, lines, paragraphs, triggerFunction, when } from './sql-text.ts'
import { entryNote, logsItself, statementEntry } from './statement-entry.ts'
import { WAKE } from './wake-text.ts'

/** Name of the function, in schema `syncline`. */
export function logFunctionName(table: Pick<CapturedTable, 'slug'>): string {
  return `log_${table.slug}`
}

export function logFunction(table: CapturedTable): string {
  // What is logged differs from what happened only where rows move between partitions.
  const isPartitioned = table.partitionKey.length > 0
  const plain = plainUpdate(table)
  const is = (operation: string) =>
    `${isPartitioned ? 'operation' : 'tg_op'} operator(pg_catalog.=) '${operation}'`
  return triggerFunction({
    name: logFunctionName(table),
    purpose: `Logs committed changes of ${table.table}.`,
    notes: [columnsNote(table), entryNote(table)],
    variables: [
      ...(isPartitioned ? ['operation pg_catalog.text := tg_op'] : []),
      'record_id pg_catalog.text',
      'log_version integer',
      ...(mayBeBack(table) ? ['row_after record'] : []),
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
      choose(
        [
          ...(plain ? [plain] : []),
          [
            is('UPDATE'),
            paragraphs(
              lines(forgetPartitionMove(table), stopWhenUnchanged(table)),
              written(table, 'new', choose([[differs(table.id), changedKey(table)]], updated(table))),
            ),
          ],
          [is('INSERT'), written(table, 'new', created(table))],
        ],
        written(table, 'old', deleted(table)),
      ),
      lines(WAKE, 'return null;'),
    ),
  })
}

/** What happened to a record, after who did it is known. */
function written(table: CapturedTable, alias: Alias, body: string): string {
  return lines(`record_id := ${idText(table, alias)};`, readWriter(table.model.name), body)
}

const version = (table: CapturedTable, alias: Alias) =>
  `${alias}.${quoteIdentifier(table.model.columns.version)}`

/** Nothing that anybody shows has changed, or the statement logs by itself: there is no log row from here. */
function stopWhenUnchanged(table: CapturedTable): string {
  const columns = roomColumns(table)
  const stop = lines(logGuarded(table), 'return null;')
  return lines(
    statementEntry(table) && when(logsItself(table.slug), 'return null;'),
    when(
      `${version(table, 'new')} operator(pg_catalog.=) ${version(table, 'old')}`,
      columns.length === 0 ? stop : when(`not (${isAnyChanged(columns)})`, stop),
    ),
  )
}

/** Columns that no field has, but that decide who may read. */
function logGuarded(table: CapturedTable): string {
  if (table.guarded.length === 0) return ''
  return whenChanged(
    table.guarded,
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
  const content = { action: "'create'", fields: wholeRow(table, 'new') }
  const corrected = lines(
    `log_version := ${versionToLog(table)};`,
    logInRooms(table, { ...content, version: 'log_version' }, 'new'),
    reviveRecord(table),
  )
  if (isSeveral(table)) return lines(marksText(table, 'new'), corrected)
  const asStamped = { ...content, version: version(table, 'new'), where: isAboveLastLife(table) }
  return lines(marksText(table, 'new'), logInRooms(table, asStamped, 'new'), when('not found', corrected))
}

function deleted(table: CapturedTable): string {
  return lines(
    `log_version := ${following(`coalesce(${version(table, 'old')}, 1)`)};`,
    marksText(table, 'old'),
    logInRooms(table, { action: "'delete'", before: wholeRow(table, 'old'), version: 'log_version' }, 'old'),
    buryRecord(table),
    mayBeBack(table) && lines(findBelowEnd(table), when('found', broughtBack(table))),
  )
}

/** The record lives, and began below its end: it is new above it. */
function broughtBack(table: CapturedTable): string {
  const content = { action: "'create'", fields: wholeRow(table, 'new'), version: version(table, 'new') }
  const logged = lines(marksText(table, 'new'), logInRooms(table, content, 'new'))
  // Where the id of another record changed, its own row is still to be logged.
  return lines('row_after := new;', liftAboveEnd(table, logged), 'new := row_after;')
}

/** The record with the old id is gone, and the one with the new id is new. */
function changedKey(table: CapturedTable): string {
  const content = { action: "'create'", fields: wholeRow(table, 'new'), version: version(table, 'new') }
  return lines(
    `record_id := ${idText(table, 'old')};`,
    deleted(table),
    `record_id := ${idText(table, 'new')};`,
    marksText(table, 'new'),
    logInRooms(table, content, 'new'),
  )
}

function updated(table: CapturedTable): string {
  const columns = roomColumns(table)
  return lines(
    ...table.fields.map(logChange),
    // The version alone is another: `reviveRecord` corrected it.
    when(
      'log_fields is null',
      columns.length === 0 ? 'return null;' : when(`not (${isAnyChanged(columns)})`, 'return null;'),
    ),
    marksText(table, 'both'),
    logUpdate(table, {
      action: "'update'",
      fields: 'log_fields',
      before: 'log_before',
      version: version(table, 'new'),
    }),
  )
}

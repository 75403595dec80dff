/**
 * What nearly all writes of other programs are: an update of one record's fields that leaves it where it is, of which
 * nobody has said who writes.
 *
 * It has a path of its own through the logging function, with one question where the others ask one after the other:
 * every transaction prepares each expression anew, and such a write has little else to do (`bench`: G6b). What the
 * question leaves out takes the way of all others, which logs the same.
 */
import type { CapturedTable } from './captured-table.ts'
import { isSame } from './changed-expression.ts'
import { insertLogRow } from './log-insert.ts'
import { isSeveral, roomColumns } from './log-rooms.ts'
import { logChange } from './log-values.ts'
import { hasMarks, marksText } from './marks.ts'
import { isWriterKnown } from './read-writer.ts'
import { idText, roomText } from './record-sql.ts'
import { lines, when } from './sql-text.ts'
import { logsItself, statementEntry } from './statement-entry.ts'
import { quoteIdentifier } from '../sql.ts'

/** Condition and body of that path; undefined where a record may be in several rooms, or moves between partitions. */
export function plainUpdate(table: CapturedTable): readonly [condition: string, body: string] | undefined {
  if (isSeveral(table) || table.partitionKey.length > 0) return undefined
  const kept = [table.id, ...roomColumns(table), ...table.marks.map(({ reference }) => reference)]
  const version = quoteIdentifier(table.model.columns.version)
  const conditions = [
    "tg_op operator(pg_catalog.=) 'UPDATE'",
    ...(statementEntry(table) ? [`(${logsItself(table.slug)}) is not true`] : []),
    `new.${version} operator(pg_catalog.<>) old.${version}`,
    ...new Set(kept.map(isSame)),
    `(${isWriterKnown}) is not true`,
  ]
  const isKept = new Set(kept.map(({ name }) => name))
  const fields = table.fields.filter(({ watched }) => watched.some(({ name }) => !isKept.has(name)))
  const [room] = table.rooms
  const row = insertLogRow({
    room: room === undefined ? 'null' : roomText(table, room, 'new'),
    model: table.model.name,
    id: idText(table, 'new'),
    action: "'update'",
    fields: 'log_fields',
    before: 'log_before',
    version: `new.${version}`,
    ...(hasMarks(table) ? { marks: 'log_marks' } : {}),
    isDirect: true,
  })
  // The version alone is another: `reviveRecord` corrected it.
  const log = when('log_fields is not null', marksText(table, 'new'), row)
  return [conditions.join('\n    and '), lines(...fields.map(logChange), log)]
}

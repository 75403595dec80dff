/**
 * The BEFORE DELETE trigger of a table that broadcasts to many: looks up what its links reach while they are there.
 *
 * A foreign key that cascades removes them before any AFTER trigger runs. The row that it logs is about no record and
 * carries nothing but marks.
 */
import type { CapturedTable } from './captured-table.ts'
import { columnsNote } from './columns-note.ts'
import { insertLogRow, WRITER_VARIABLES } from './log-insert.ts'
import { linkedMarksText } from './marks.ts'
import { readWriter } from './read-writer.ts'
import { idText } from './record-sql.ts'
import { paragraphs, triggerFunction, when } from './sql-text.ts'

/** Name of the function, in schema `syncline`. */
export function markFunctionName(table: Pick<CapturedTable, 'slug'>): string {
  return `mark_${table.slug}`
}

export function markFunction(table: CapturedTable): string {
  return triggerFunction({
    name: markFunctionName(table),
    purpose: `Finds what a record of ${table.table} is linked to before it is deleted.`,
    notes: [columnsNote(table)],
    variables: ['log_marks pg_catalog.jsonb', ...WRITER_VARIABLES],
    body: paragraphs(
      linkedMarksText(table),
      when(
        "log_marks operator(pg_catalog.<>) '[]'",
        readWriter(),
        insertLogRow({
          room: 'null',
          model: `@${table.model.table}`,
          id: idText(table, 'old'),
          action: "'delete'",
          version: '0',
          marks: 'log_marks',
        }),
      ),
      'return old;',
    ),
  })
}

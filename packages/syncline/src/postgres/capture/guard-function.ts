/**
 * The triggers of a table that is no model but that access rules read (A2): they log that a row changed, by its key
 * alone, as model `@table` in no room, so that the server checks again who may read.
 */
import { quoteIdentifier } from '../sql.ts'
import { qualified, slugOf } from './captured-table.ts'
import type { TableDescription } from './describe-database.ts'
import { insertLogRow, WRITER_VARIABLES } from './log-insert.ts'
import { readWriter } from './read-writer.ts'
import { choose, literal, paragraphs, triggerFunction, when } from './sql-text.ts'
import { truncateFunctionName, truncateRow } from './truncate-function.ts'
import { WAKE } from './wake-text.ts'

export interface GuardTable {
  /** As the rule names it. */
  readonly written: string
  readonly description: TableDescription
  readonly slug: string
}

export function guardTable(written: string, description: TableDescription): GuardTable {
  return { written, description, slug: `guard_${slugOf(written)}` }
}

/** Name of the function, in schema `syncline`. */
export function guardFunctionName(guard: GuardTable): string {
  return `log_${guard.slug}`
}

export function guardFunction(guard: GuardTable): string {
  return triggerFunction({
    name: guardFunctionName(guard),
    purpose: `Logs that rows of ${qualified(guard.description)} changed, which decide who may read.`,
    variables: ['record_id pg_catalog.text', 'log_action pg_catalog.text', ...WRITER_VARIABLES],
    body: paragraphs(
      choose(
        [
          [
            "tg_op operator(pg_catalog.=) 'INSERT'",
            `log_action := 'create';\nrecord_id := ${keyText(guard, 'new')};`,
          ],
          [
            "tg_op operator(pg_catalog.=) 'DELETE'",
            `log_action := 'delete';\nrecord_id := ${keyText(guard, 'old')};`,
          ],
        ],
        `${when('not (new operator(pg_catalog.*<>) old)', 'return null;')}
log_action := 'update';
record_id := ${keyText(guard, 'new')};`,
      ),
      readWriter(),
      insertLogRow({
        room: 'null',
        model: `@${guard.written}`,
        id: 'record_id',
        action: 'log_action',
        version: '0',
      }),
      `${WAKE}\nreturn null;`,
    ),
  })
}

export function guardTruncateFunction(guard: GuardTable): string {
  return triggerFunction({
    name: truncateFunctionName(guard),
    purpose: `Logs that ${qualified(guard.description)} was emptied, whose rows decide who may read.`,
    variables: WRITER_VARIABLES,
    body: paragraphs(readWriter(), insertLogRow(truncateRow(`@${guard.written}`)), `${WAKE}\nreturn null;`),
  })
}

/** The primary key, its columns joined with commas; empty when the table has none. */
function keyText({ description }: GuardTable, alias: 'old' | 'new'): string {
  const columns = description.primaryKey.map((name) => `${alias}.${quoteIdentifier(name)}`)
  if (columns.length === 0) return literal('')
  const joined =
    columns.length === 1
      ? `${columns[0]}::pg_catalog.text`
      : `pg_catalog.concat_ws(',', ${columns.join(', ')})`
  return `pg_catalog.left(${joined}, 250)`
}

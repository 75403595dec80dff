/**
 * What the log says of an update, as pieces of SQL for a statement that logs its own rows.
 *
 * A trigger costs more than the row that it logs. The writer's statements that update many records (`set-text.ts`) say
 * so in `LOGGED_SETTING`; then the triggers' functions stand aside, and the statement stamps versions and logs as they
 * would have done. The pieces stand in a comment of the logging function, so that the database, which a newer process may
 * have migrated, and not the writer decides what is logged. In a piece, `new` and `old` are the row after and before.
 */
import type { CapturedField, CapturedTable } from './captured-table.ts'
import { isAnyChanged } from './changed-expression.ts'
import { columnExpression } from './column-expression.ts'
import { hasMarks, marksOf } from './marks.ts'
import { idText, roomText } from './record-sql.ts'
import { literal } from './sql-text.ts'

/** Transaction-local: while a statement runs that logs its own rows, the slug of its table. */
export const LOGGED_SETTING = 'syncline.logged'

/**
 * Whether such a statement runs, as the functions that stamp and log ask; those of other tables see what it sets off
 * there. No condition of the triggers: PostgreSQL reads its text anew for each statement (`bench`: G6b).
 */
export function logsItself(slug: string): string {
  return `pg_catalog.current_setting('${LOGGED_SETTING}', true) operator(pg_catalog.=) ${literal(slug)}`
}

/** Whether a function with this source asks. */
export function asksWhatLogsItself(source: string): boolean {
  return source.includes(`'${LOGGED_SETTING}'`)
}

/** A column that such a statement may write. */
interface EntryColumn {
  readonly field: string
  /** Whether the update changed it. */
  readonly changed: string
  /** Its wire value after and before. */
  readonly after: string
  readonly before: string
}

export interface StatementEntry {
  /** Name of the model. */
  readonly model: string
  readonly id: string
  readonly room: string
  readonly marks: string
  /** Columns that the pieces above read. */
  readonly reads: readonly string[]
  /** By name of the column. Whatever else is written, a trigger must see. */
  readonly columns: Readonly<Record<string, EntryColumn>>
}

/**
 * The pieces for a table, or undefined where an update of one record may concern others, or more than one room, or
 * where a stamp is more than a version.
 */
export function statementEntry(table: CapturedTable): StatementEntry | undefined {
  const { model, description, rooms, routes, partitionKey, linkedMarks } = table
  const { updatedAt, lastModifiedBy } = model.columns
  if (description.kind !== 'r' || partitionKey.length > 0 || rooms.length > 1) return undefined
  if (linkedMarks.length > 0 || updatedAt !== undefined || lastModifiedBy !== undefined) return undefined
  const [room] = rooms
  const reads = [
    table.id,
    ...rooms.flatMap((each) => (each.kind === 'column' ? [each.column] : [])),
    ...table.marks.map(({ reference }) => reference),
  ].map(({ name }) => name)
  const kept = new Set([
    ...reads,
    ...routes.flatMap(({ column, reference }) => [column.name, reference.name]),
  ])
  return {
    model: model.name,
    id: idText(table, 'new'),
    room: room === undefined ? 'null' : roomText(table, room, 'new'),
    marks: hasMarks(table) ? marksOf(table, ['new']) : 'null',
    reads: [...new Set(reads)],
    columns: Object.fromEntries(
      table.fields
        .filter(({ field, watched }) => watched.length === 1 && watched[0]?.name === field.column)
        .filter(({ field }) => !kept.has(field.column) && field.references === undefined)
        .map((captured) => [captured.field.column, entryColumn(captured)]),
    ),
  }
}

function entryColumn({ field, watched }: CapturedField): EntryColumn {
  return {
    field: field.name,
    changed: isAnyChanged(watched),
    after: columnExpression(field, 'new', 'anywhere'),
    before: columnExpression(field, 'old', 'anywhere'),
  }
}

const BEGIN = 'of a statement: '

/** The pieces as they stand in the logging function: one line. */
export function entryNote(table: CapturedTable): string | undefined {
  const entry = statementEntry(table)
  return entry && BEGIN + JSON.stringify(entry)
}

/** Reads them from the function's source; undefined when there are none. */
export function readEntry(source: string): StatementEntry | undefined {
  const line = source.split('\n').find((each) => each.startsWith(`-- ${BEGIN}`))
  return line === undefined ? undefined : (JSON.parse(line.slice(BEGIN.length + 3)) as StatementEntry)
}

/** What a log row says of a record's values: the changed fields with their new and old values, or the whole row. */
import type { CapturedField, CapturedTable } from './captured-table.ts'
import { isAnyChanged } from './changed-expression.ts'
import { columnExpression } from './column-expression.ts'
import { type Alias, wholeRow } from './record-sql.ts'
import { literal, when } from './sql-text.ts'

/** Adds a field to `log_fields` and `log_before` if the update changed it. */
export function logChanges({ field, watched }: CapturedField): string {
  const add = (variable: string, alias: Alias) =>
    `${variable} := coalesce(${variable}, '{}') operator(pg_catalog.||) pg_catalog.jsonb_build_object(${literal(field.name)}, ${columnExpression(field, alias, 'anywhere')});`
  return when(isAnyChanged(watched), add('log_fields', 'new'), add('log_before', 'old'))
}

/** Sets a variable to the whole row. */
export function wholeChange(
  table: CapturedTable,
  variable: 'log_fields' | 'log_before',
  alias: Alias,
): string {
  return `${variable} := ${wholeRow(table, alias)};`
}

/** What a log row says of a record's values: the changed fields with their new and old values. */
import type { CapturedField } from './captured-table.ts'
import { whenChanged } from './changed-expression.ts'
import { columnExpression } from './column-expression.ts'
import type { Alias } from './record-sql.ts'
import { literal } from './sql-text.ts'

/** Adds a field to `log_fields` and `log_before` if the update changed it. */
export function logChange({ field, watched }: CapturedField): string {
  const add = (variable: string, alias: Alias) =>
    `${variable} := coalesce(${variable}, '{}') operator(pg_catalog.||) pg_catalog.jsonb_build_object(${literal(field.name)}, ${columnExpression(field, alias, 'anywhere')});`
  return whenChanged(watched, add('log_fields', 'new'), add('log_before', 'old'))
}

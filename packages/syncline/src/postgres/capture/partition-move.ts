/**
 * Rows that an update takes to another partition.
 *
 * PostgreSQL makes a delete and an insert of it: BEFORE UPDATE, BEFORE INSERT there, and at the end AFTER DELETE and
 * AFTER INSERT. The record is the same, so it keeps its versions and is logged as an update: BEFORE UPDATE leaves a
 * note when the partition key changes, BEFORE INSERT of the same id finds it and remembers the row, AFTER DELETE of a
 * remembered row is the update, and AFTER INSERT forgets it.
 *
 * Where the id changes too, the delete and the insert are what must be logged: no note is left.
 */
import { quoteIdentifier } from '../sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { isAnyChanged } from './changed-expression.ts'
import { idText } from './record-sql.ts'
import { lines, literal, when } from './sql-text.ts'

/** For BEFORE UPDATE of a row that keeps its id. */
export function notePartitionMove(table: CapturedTable): string {
  if (table.partitionKey.length === 0) return ''
  return when(
    isAnyChanged(table.partitionKey),
    `perform pg_catalog.set_config('syncline.moving', ${note(table)}, true);`,
  )
}

/** For BEFORE INSERT. */
export function continueInNewPartition(table: CapturedTable): string {
  if (table.partitionKey.length === 0) return ''
  return when(
    `pg_catalog.current_setting('syncline.moving', true) operator(pg_catalog.=) (${note(table)})`,
    "perform pg_catalog.set_config('syncline.moving', '', true);",
    `insert into syncline.moved_rows (model, id) values (${literal(table.model.name)}, ${idText(table, 'new')});`,
    'return new;',
  )
}

/** For AFTER UPDATE: the row stayed in its partition. */
export function forgetPartitionMove(table: CapturedTable): string {
  if (table.partitionKey.length === 0) return ''
  return when(isAnyChanged(table.partitionKey), "perform pg_catalog.set_config('syncline.moving', '', true);")
}

/** For AFTER DELETE and AFTER INSERT; sets `operation` to what it is. */
export function recognisePartitionMove(table: CapturedTable): string {
  if (table.partitionKey.length === 0) return ''
  const id = quoteIdentifier(table.id.name)
  return lines(
    when(
      "operation operator(pg_catalog.=) 'DELETE'",
      `perform 1 from syncline.moved_rows as m where ${isRemembered(table, 'old')};`,
      when(
        'found',
        `select r.* into new from ${table.table} as r where r.${id} operator(pg_catalog.=) old.${id};`,
        "operation := 'UPDATE';",
      ),
    ),
    when(
      "operation operator(pg_catalog.=) 'INSERT'",
      `delete from syncline.moved_rows as m where ${isRemembered(table, 'new')};`,
      when('found', 'return null;'),
    ),
  )
}

function isRemembered(table: CapturedTable, alias: 'old' | 'new'): string {
  return `m.xid operator(pg_catalog.=) pg_catalog.pg_current_xact_id()
    and m.model operator(pg_catalog.=) ${literal(table.model.name)}
    and m.id operator(pg_catalog.=) ${idText(table, alias)}`
}

function note(table: CapturedTable): string {
  return `${literal(`${table.model.name}:`)} operator(pg_catalog.||) ${idText(table, 'new')}`
}

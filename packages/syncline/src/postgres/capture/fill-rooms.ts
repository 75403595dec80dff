/**
 * Records whose room's column is not what their path leads to: rows that were there before the column, and whatever a
 * fault has left behind. Found by one query a path; corrected by plain updates, which the triggers log.
 */
import { quoteIdentifier } from '../sql.ts'
import type { CapturedTable, RoomRoute } from './captured-table.ts'
import { literal } from './sql-text.ts'

/** Rows of one transaction: few enough that writers of the same rows hardly wait. */
const ROWS_AT_A_TIME = 5_000

/** Corrects some rows whose room is not their parent's; run again until it corrects none. */
export function fillRooms(table: CapturedTable, route: RoomRoute): string {
  const id = quoteIdentifier(table.id.name)
  return `update ${table.table} as c set ${quoteIdentifier(route.column.name)} = w.wanted
from (
  select c.${id} as id, p.${quoteIdentifier(route.parentRoomColumn)} as wanted
  ${inWrongRoom(table, route)}
  limit ${ROWS_AT_A_TIME}) as w
where c.${id} = w.id
returning 1`
}

/** Counts the rows whose room is not their parent's, or who have one without a parent. */
export function countWrongRooms(table: CapturedTable): string {
  const counts = table.routes.map((route) => `(select count(*) ${inWrongRoom(table, route)})`)
  return `select (${counts.join(' + ')})::int4 as count`
}

/** A parent that a policy hides from this role is not gone: such rows stay as they are. */
function inWrongRoom(table: CapturedTable, route: RoomRoute): string {
  const parentId = `p.${quoteIdentifier(route.parentIdColumn)}`
  const reference = `c.${quoteIdentifier(route.reference.name)}`
  return `from ${table.table} as c left join ${route.parent} as p
    on ${parentId} = ${reference}
  where c.${quoteIdentifier(route.column.name)} is distinct from p.${quoteIdentifier(route.parentRoomColumn)}
    and (${parentId} is not null or ${reference} is null or not pg_catalog.row_security_active(${literal(route.parent)}))`
}

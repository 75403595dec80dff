/** Fills in the rooms of rows that were there before the column that holds them. */
import { quoteIdentifier } from '../sql.ts'
import type { CapturedTable, RoomRoute } from './captured-table.ts'

/** Rows of one transaction: few enough that writers of the same rows hardly wait. */
const ROWS_AT_A_TIME = 5_000

/** Corrects some rows whose room is not their parent's; run again until it corrects none. */
export function fillRooms(table: CapturedTable, route: RoomRoute): string {
  const id = quoteIdentifier(table.id.name)
  const room = quoteIdentifier(route.column.name)
  const wanted = `p.${quoteIdentifier(route.parentRoomColumn)}`
  return `update ${table.table} as c set ${room} = ${wanted}
from ${route.parent} as p
where p.${quoteIdentifier(route.parentIdColumn)} = c.${quoteIdentifier(route.reference.name)}
  and c.${id} in (
    select w.${id} from ${table.table} as w join ${route.parent} as p
      on p.${quoteIdentifier(route.parentIdColumn)} = w.${quoteIdentifier(route.reference.name)}
    where w.${room} is distinct from ${wanted}
    limit ${ROWS_AT_A_TIME})
returning 1`
}

/**
 * Corrects the children of moves that could not see them all (`move-function.ts`). Whoever reads a move's `truncate`
 * rows calls it, in a transaction of its own; what it corrects is logged as any other change.
 */
import { quoteIdentifier } from '../sql.ts'
import type { CapturedTable, RoomMove } from './captured-table.ts'
import { idColumnType } from './column-type.ts'
import { indent, lines, literal, when } from './sql-text.ts'

export function settleFunction(tables: readonly CapturedTable[]): string {
  const parents = tables.filter((table) => table.moves.length > 0)
  return `create or replace function syncline.settle_rooms() returns integer
  language plpgsql security definer
as $function$
-- Corrects rooms of records whose parent moved in a transaction that could not see them; returns of how many parents.
#variable_conflict use_column
declare
  pending record;
  settled integer := 0;
begin
  for pending in delete from syncline.unsettled returning model, id loop
${indent(indent(lines(...parents.map(settleChildren), 'settled := settled operator(pg_catalog.+) 1;')))}
  end loop;
  return settled;
end
$function$`
}

function settleChildren(table: CapturedTable): string {
  const isParent = `p.${quoteIdentifier(table.id.name)} operator(pg_catalog.=) pending.id::${idColumnType(table.model.idType)}`
  return when(
    `pending.model operator(pg_catalog.=) ${literal(table.model.name)}`,
    `perform 1 from ${table.table} as p where ${isParent} for update;`,
    ...table.moves.map((move) => settleMove(table, move, isParent)),
  )
}

function settleMove(table: CapturedTable, move: RoomMove, isParent: string): string {
  const room = quoteIdentifier(move.childRoomColumn)
  const wanted = `p.${quoteIdentifier(move.column.name)}`
  return `update ${move.child} as c set ${room} = ${wanted} from ${table.table} as p
  where ${isParent}
    and c.${quoteIdentifier(move.childReference)} operator(pg_catalog.=) p.${quoteIdentifier(table.id.name)}
    and (c.${room} operator(pg_catalog.=) ${wanted}) is not true
    and (c.${room} is not null or ${wanted} is not null);`
}

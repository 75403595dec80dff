/**
 * The AFTER trigger of a parent: when its room changes, its children's does.
 *
 * The parent has locked its row `for update` (`stamp-function.ts`), so every child that is being written has either
 * been committed and is found here, or waits and reads the new room. Under REPEATABLE READ committed children may be
 * invisible: the move is remembered, its rooms load again, and `syncline.settle_rooms()` corrects them.
 *
 * It fixes no settings and no search path: the children's own triggers run inside it.
 */
import { quoteIdentifier } from '../sql.ts'
import type { CapturedTable, RoomMove } from './captured-table.ts'
import { columnsNote } from './columns-note.ts'
import { insertLogRow, WRITER_VARIABLES } from './log-insert.ts'
import { readWriter } from './read-writer.ts'
import { idText } from './record-sql.ts'
import { choose, KEEPS_ITS_SNAPSHOT, lines, literal, paragraphs, triggerFunction, when } from './sql-text.ts'
import { isChanged } from './changed-expression.ts'
import { WAKE } from './wake-text.ts'

/** Name of the function, in schema `syncline`. */
export function moveFunctionName(table: CapturedTable): string {
  return `move_${table.slug}`
}

/** Whether children may be there before their parent or after it, so that its insert and delete concern them too. */
export function adoptsChildren(table: CapturedTable): boolean {
  return table.moves.some((move) => move.childMayComeFirst)
}

export function moveFunction(table: CapturedTable): string {
  const id = quoteIdentifier(table.id.name)
  return triggerFunction({
    name: moveFunctionName(table),
    purpose: `Takes the children of ${table.table} along when it changes rooms.`,
    notes: [columnsNote(table)],
    variables: WRITER_VARIABLES,
    body: paragraphs(
      adoptsChildren(table) && adoptChildren(table, id),
      ...table.moves.map((move) => when(isChanged(move.column), takeChildren(move, id))),
      when(
        KEEPS_ITS_SNAPSHOT,
        readWriter(),
        `insert into syncline.unsettled (model, id) values (${literal(table.model.name)}, ${idText(table, 'new')});`,
        ...table.moves.map((move) =>
          when(isChanged(move.column), reload(table, move, 'old'), reload(table, move, 'new')),
        ),
        WAKE,
      ),
      'return null;',
    ),
  })
}

/** Without a foreign key, a parent may come after its children and go before them. */
function adoptChildren(table: CapturedTable, id: string): string {
  const loose = table.moves.filter((move) => move.childMayComeFirst)
  const take = lines(...loose.map((move) => takeChildren(move, id)))
  const leave = lines(...loose.map((move) => leaveChildren(move, id)))
  return paragraphs(
    choose([
      ["tg_op operator(pg_catalog.=) 'INSERT'", lines(take, 'return null;')],
      ["tg_op operator(pg_catalog.=) 'DELETE'", lines(leave, 'return null;')],
    ]),
    when(isChanged(table.id), leave, take),
  )
}

function leaveChildren(move: RoomMove, id: string): string {
  const room = quoteIdentifier(move.childRoomColumn)
  return `update ${move.child} as c set ${room} = null
  where c.${quoteIdentifier(move.childReference)} operator(pg_catalog.=) old.${id} and c.${room} is not null;`
}

/** Children that are in the right room already stay untouched. */
function takeChildren(move: RoomMove, id: string): string {
  const room = quoteIdentifier(move.childRoomColumn)
  const wanted = `new.${quoteIdentifier(move.column.name)}`
  return `update ${move.child} as c set ${room} = ${wanted}
  where c.${quoteIdentifier(move.childReference)} operator(pg_catalog.=) new.${id}
    and (c.${room} operator(pg_catalog.=) ${wanted}) is not true
    and (c.${room} is not null or ${wanted} is not null);`
}

function reload(table: CapturedTable, move: RoomMove, alias: 'old' | 'new'): string {
  const column = `${alias}.${quoteIdentifier(move.column.name)}`
  return when(
    `${column} is not null`,
    insertLogRow({
      room: `${literal(`${move.channel}:`)} operator(pg_catalog.||) pg_catalog.left(${column}::pg_catalog.text, 250)`,
      model: table.model.name,
      id: idText(table, 'new'),
      action: "'truncate'",
      version: '0',
    }),
  )
}

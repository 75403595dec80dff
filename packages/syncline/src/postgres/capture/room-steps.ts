/** Which tables' kept rooms must be filled in, and which may hold records in a wrong room. */
import { existingTrigger, isAsWanted, moveTrigger, stampTriggers } from './capture-triggers.ts'
import type { CapturedTable, RoomRoute } from './captured-table.ts'
import type { DatabaseDescription } from './describe-database.ts'
import { countWrongRooms, fillRooms } from './fill-rooms.ts'
import type { MigrationStep } from './migration-step.ts'
import { moveFunction, moveFunctionName } from './move-function.ts'
import { sourceOf } from './sql-text.ts'
import { stampFunction } from './stamp-function.ts'

/** How many records of a table are in a wrong room, and the step that takes them where they belong. */
export interface RoomCheck {
  /** Answers `count`; reads the whole table. */
  readonly query: string
  readonly step: MigrationStep
  /** Whether the database has all that the query reads before any step is done. */
  readonly isPossible: boolean
  /** Whether what keeps the rooms is missing, disabled or of another version, so that records may have been left behind. */
  readonly isDue: boolean
}

/** Rows that were there before their room's column, or that changed while it was filled in. */
export function fillStep(
  database: DatabaseDescription,
  table: CapturedTable,
  purpose: string,
): MigrationStep | false {
  if (!database.tables.has(table.model.table) || table.routes.length === 0) return false
  return !areRoomsKept(database, table) && fillIn(table, purpose)
}

/** Checks of the tables whose rooms no step fills in, parents before their children. */
export function roomChecks(database: DatabaseDescription, tables: readonly CapturedTable[]): RoomCheck[] {
  return byDepth(tables)
    .filter((table) => table.routes.length > 0 && areRoomsKept(database, table))
    .map((table) => {
      const parents = table.routes.map((route) => ({
        route,
        parent: tables.find((candidate) => candidate.table === route.parent) as CapturedTable,
      }))
      const isPossible = parents.every(({ route, parent }) => canFollow(database, table, route, parent))
      return {
        query: countWrongRooms(table),
        step: fillIn(table, 'records in a wrong room'),
        isPossible,
        isDue:
          !isPossible ||
          isDisabled(database, table) ||
          parents.some(({ parent }) => !areChildrenTakenAlong(database, parent)),
      }
    })
}

/** Parents before their children: a room's column is filled in from the parent's. */
export function byDepth(tables: readonly CapturedTable[]): CapturedTable[] {
  const depth = (table: CapturedTable) => Math.max(0, ...table.model.rooms.map((room) => room.path.length))
  return [...tables].sort((a, b) => depth(a) - depth(b))
}

function fillIn(table: CapturedTable, purpose: string): MigrationStep {
  return {
    purpose,
    table: table.model.table,
    statements: table.routes.map((route) => fillRooms(table, route)),
    run: 'until done',
  }
}

/** Whether the table has its rooms' columns and the trigger that keeps them, as they should be. */
function areRoomsKept(database: DatabaseDescription, table: CapturedTable): boolean {
  const existing = database.tables.get(table.model.table)
  return (
    existing !== undefined &&
    stampTriggers(table).every((wanted) => isAsWanted(wanted, existingTrigger(existing, wanted))) &&
    table.routes.every((route) => hasColumns(database, table, route.column.name)) &&
    database.functions.get(`stamp_${table.slug}`) === sourceOf(stampFunction(table))
  )
}

function canFollow(
  database: DatabaseDescription,
  table: CapturedTable,
  route: RoomRoute,
  parent: CapturedTable,
): boolean {
  return (
    hasColumns(database, table, route.reference.name) &&
    hasColumns(database, parent, route.parentIdColumn, route.parentRoomColumn)
  )
}

function hasColumns(database: DatabaseDescription, { model }: CapturedTable, ...names: string[]): boolean {
  const columns = database.tables.get(model.table)?.columns ?? []
  return names.every((name) => columns.some((column) => column.name === name))
}

function isDisabled(database: DatabaseDescription, table: CapturedTable): boolean {
  const existing = database.tables.get(table.model.table)
  return stampTriggers(table).some((wanted) => existingTrigger(existing, wanted)?.isEnabled === false)
}

/** Whether a parent that moves takes its children along. */
function areChildrenTakenAlong(database: DatabaseDescription, parent: CapturedTable): boolean {
  const wanted = moveTrigger(parent)
  const trigger = existingTrigger(database.tables.get(parent.model.table), wanted)
  return (
    isAsWanted(wanted, trigger) &&
    trigger?.isEnabled === true &&
    database.functions.get(moveFunctionName(parent)) === sourceOf(moveFunction(parent))
  )
}

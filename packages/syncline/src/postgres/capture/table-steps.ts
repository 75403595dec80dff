/** Steps that give a model its table: the table, its references, its columns, the indexes of its rooms. */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import { quoteIdentifier } from '../sql.ts'
import type { CaptureOptions } from './capture-options.ts'
import type { CapturedTable } from './captured-table.ts'
import { fillersNote } from './column-filler.ts'
import { roomColumns } from './complete-description.ts'
import {
  columnDefinition,
  createIndex,
  createTable,
  ownColumns,
  referenceStatements,
} from './create-table.ts'
import type { DatabaseDescription } from './describe-database.ts'
import type { MaybeStep } from './migration-step.ts'

export function newTable(database: DatabaseDescription, { model, table }: CapturedTable): MaybeStep {
  if (database.tables.has(model.table)) return false
  const note = fillersNote(model, Object.values(model.fields))
  return {
    purpose: 'new table',
    note,
    table: model.table,
    statements: [createTable(model, table)],
    run: 'once',
  }
}

export function newReferences(
  schema: CompiledSchema,
  database: DatabaseDescription,
  tables: readonly CapturedTable[],
  { model, table }: CapturedTable,
): MaybeStep {
  if (database.tables.has(model.table)) return false
  const nameOf = (target: Model) =>
    (tables.find((candidate) => candidate.model.name === target.name) as CapturedTable).table
  const statements = referenceStatements(schema, model, table, nameOf)
  return statements.length > 0 && { purpose: 'references', table: model.table, statements, run: 'once' }
}

export function newColumns(
  schema: CompiledSchema,
  database: DatabaseDescription,
  { model, table }: CapturedTable,
  options: CaptureOptions,
): MaybeStep {
  const existing = database.tables.get(model.table)
  const has = (name: string) => existing?.columns.some((column) => column.name === name) ?? false
  const rooms = roomColumns(schema, model).map(({ name, type }) => ({
    name,
    definition: `${quoteIdentifier(name)} ${type}`,
  }))
  const declared = Object.values(model.fields).map((field) => ({
    name: field.column,
    definition: columnDefinition(model, field),
  }))
  const wanted =
    existing === undefined ? rooms : [...(options.addColumns ? declared : []), ...ownColumns(model), ...rooms]
  const missing = wanted.filter(({ name }) => !has(name))
  if (missing.length === 0) return false
  const added = Object.values(model.fields).filter((field) => existing && !has(field.column))
  return {
    purpose: 'new columns',
    note: fillersNote(model, added),
    table: model.table,
    statements: [
      `alter table ${table}\n  ${missing.map(({ definition }) => `add column ${definition}`).join(',\n  ')}`,
    ],
    run: 'once',
  }
}

/** Snapshots find a room's rows by the room's column, and a parent that moves its children by their reference. */
export function roomIndexes(
  database: DatabaseDescription,
  { model, table, routes }: CapturedTable,
  options: CaptureOptions,
): MaybeStep {
  const existing = database.tables.get(model.table)
  const columns =
    existing === undefined
      ? routes.map((route) => route.column.name)
      : [
          ...routes.map((route) => route.column.name),
          ...model.rooms.map((room) =>
            room.path.length === 1 ? room.column : (model.fields[room.path[0] as string]?.column as string),
          ),
        ]
  const missing = [...new Set(columns)].filter((name) => !existing?.indexed.includes(name))
  if (missing.length === 0) return false
  // A partitioned table cannot be indexed concurrently.
  const concurrently = existing?.kind === 'r' && (options.concurrently ?? true)
  return {
    purpose: 'indexes of rooms',
    table: model.table,
    statements: missing.map((column) => createIndex(model, table, column, concurrently)),
    run: concurrently ? 'outside' : 'once',
  }
}

/** What the tables of a schema are like once the columns that a migration adds are there. */
import type { CompiledSchema, Model } from '../../schema/model.ts'
import { idColumnType } from './column-type.ts'
import { ownColumns } from './create-table.ts'
import { catalogColumn, describeDeclared } from './declared-table.ts'
import type { DatabaseDescription, TableDescription } from './describe-database.ts'

/** By model name; a table that does not exist is as its declaration will make it. */
export function completeTables(
  schema: CompiledSchema,
  database: DatabaseDescription,
): ReadonlyMap<string, TableDescription> {
  return new Map(
    Object.values(schema.models).map((model) => [model.name, completeTable(schema, database, model)]),
  )
}

function completeTable(
  schema: CompiledSchema,
  database: DatabaseDescription,
  model: Model,
): TableDescription {
  const declared = describeDeclared(schema, model, database.defaultSchema)
  const existing = database.tables.get(model.table) ?? declared
  const wanted = [...declared.columns, ...keptColumns(schema, model)]
  const missing = wanted.filter(({ name }) => !existing.columns.some((column) => column.name === name))
  return { ...existing, columns: [...existing.columns, ...missing] }
}

function keptColumns(schema: CompiledSchema, model: Model) {
  const own = ownColumns(model).map(({ name, type }) => catalogColumn(name, type))
  return [...own, ...roomColumns(schema, model).map(({ name, type }) => catalogColumn(name, type))]
}

/** Columns that hold the id of a room which a path leads to. */
export function roomColumns(
  schema: CompiledSchema,
  model: Model,
): { readonly name: string; readonly type: string }[] {
  return model.rooms
    .filter((room) => room.path.length > 1)
    .map((room) => ({ name: room.column, type: idColumnType((schema.models[room.root] as Model).idType) }))
}

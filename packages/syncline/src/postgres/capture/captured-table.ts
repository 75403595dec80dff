/**
 * What the triggers of one table must do, as data: decided from the declaration and from what the table is like.
 * `stamp-function.ts`, `log-function.ts` and the others only write it down as SQL.
 */
import { createHash } from 'node:crypto'
import type { CompiledSchema, Field, Model, RoomPath } from '../../schema/model.ts'
import { quoteIdentifier } from '../sql.ts'
import { comparisonOf, type ComparedColumn } from './changed-expression.ts'
import { idColumnType } from './column-type.ts'
import type { ColumnDescription, TableDescription } from './describe-database.ts'
import { broadcastMarks, linkedMarks, type LinkedMark, type Mark } from './marks.ts'

export interface CapturedField {
  readonly field: Field
  /** Columns whose change is a change of the field: its own, or those that a generated one is made from. */
  readonly watched: readonly ComparedColumn[]
}

/** A room that rows of the table belong to. */
export type CapturedRoom =
  /** The record itself is the room, or every record is in one room for all. */
  | { readonly kind: 'self' | 'all'; readonly channel: string }
  /** The room's id stands in a column. */
  | { readonly kind: 'column'; readonly channel: string; readonly column: ComparedColumn }

/** A room column that is kept equal to the parent's. */
export interface RoomRoute {
  /** The kept column, `sync_room`. */
  readonly column: ComparedColumn
  /** SQL type of the kept column: that of the room's ids. */
  readonly type: string
  readonly reference: ComparedColumn
  /** Parent table, quoted. */
  readonly parent: string
  readonly parentIdColumn: string
  readonly parentRoomColumn: string
  readonly root: string
}

/** Children whose room column follows a column of this table. */
export interface RoomMove {
  /** The room's column here. */
  readonly column: ComparedColumn
  readonly channel: string
  readonly child: string
  readonly childReference: string
  readonly childRoomColumn: string
  /** The child may be written before its parent: no immediate foreign key forbids it. */
  readonly childMayComeFirst: boolean
}

export interface CapturedTable {
  readonly model: Model
  readonly description: TableDescription
  /** Quoted and qualified: `"public"."cameras"`. */
  readonly table: string
  /** Names its functions: `cameras`. */
  readonly slug: string
  readonly id: ComparedColumn
  readonly fields: readonly CapturedField[]
  readonly rooms: readonly CapturedRoom[]
  readonly routes: readonly RoomRoute[]
  readonly moves: readonly RoomMove[]
  /** Columns that decide which partition a row is in; empty for a plain table. */
  readonly partitionKey: readonly ComparedColumn[]
  readonly marks: readonly Mark[]
  readonly linkedMarks: readonly LinkedMark[]
  /** Columns that no field has but an access rule reads: their change is logged as `@table`. */
  readonly guarded: readonly ComparedColumn[]
}

export interface CaptureContext {
  readonly schema: CompiledSchema
  /** By model name; of tables that do not exist yet, what they will be. */
  readonly tables: ReadonlyMap<string, TableDescription>
  /** By model name: undeclared columns that access rules read. */
  readonly guarded: ReadonlyMap<string, readonly string[]>
}

/** Decides what the triggers of a model's table must do. */
export function capturedTable(context: CaptureContext, model: Model): CapturedTable {
  const description = context.tables.get(model.name) as TableDescription
  const compare = (name: string) => comparedColumn(description, name)
  return {
    model,
    description,
    table: qualified(description),
    slug: slugOf(model.table),
    id: compare(model.idColumn),
    fields: Object.values(model.fields).map((field) => ({
      field,
      watched: watchedColumns(description, field),
    })),
    rooms: roomsOf(context, model),
    routes: routesOf(context, model),
    moves: movesOf(context, model),
    partitionKey: partitionKey(description),
    marks: broadcastMarks(context.schema, model, compare),
    linkedMarks: linkedMarks(context.schema, model, (name) =>
      qualified(context.tables.get(name) as TableDescription),
    ),
    guarded: (context.guarded.get(model.name) ?? []).map(compare),
  }
}

/** Quotes a table's full name. */
export function qualified(table: { readonly schema: string; readonly name: string }): string {
  return `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`
}

/** A table's name as part of a function's: itself when it is plain and short, else cut and told apart by a hash. */
export function slugOf(table: string): string {
  const slug = table.toLowerCase().replaceAll(/\W/g, '_')
  if (slug === table && slug.length <= 48) return slug
  return `${slug.slice(0, 40)}_${createHash('sha256').update(table).digest('hex').slice(0, 7)}`
}

function comparedColumn(description: TableDescription, name: string): ComparedColumn {
  const column = description.columns.find((candidate) => candidate.name === name)
  // A column that is yet to be made holds a room's id or a version: its text decides.
  return column === undefined ? { name, comparison: 'image' } : { name, comparison: comparisonOf(column) }
}

function watchedColumns(description: TableDescription, field: Field): ComparedColumn[] {
  const own = description.columns.find((column) => column.name === field.column) as ColumnDescription
  const names = own.generated !== null ? own.sources : [own.name]
  return names.map((name) => comparedColumn(description, name))
}

function roomsOf({ schema, tables }: CaptureContext, model: Model): CapturedRoom[] {
  const rooms: CapturedRoom[] = []
  if (model.isRoot) rooms.push({ kind: 'self', channel: model.channel })
  if (model.shared) rooms.push({ kind: 'all', channel: model.channel })
  for (const room of model.rooms) {
    const column = comparedColumn(tables.get(model.name) as TableDescription, room.column)
    rooms.push({ kind: 'column', channel: channelOf(schema, room), column })
  }
  return rooms
}

function channelOf(schema: CompiledSchema, room: RoomPath): string {
  return (schema.models[room.root] as Model).channel
}

function routesOf(context: CaptureContext, model: Model): RoomRoute[] {
  const description = context.tables.get(model.name) as TableDescription
  return model.rooms
    .filter((room) => room.path.length > 1)
    .map((room) => {
      const reference = model.fields[room.path[0] as string] as Field
      const parent = context.schema.models[reference.references as string] as Model
      return {
        column: comparedColumn(description, room.column),
        type: idColumnType((context.schema.models[room.root] as Model).idType),
        reference: comparedColumn(description, reference.column),
        parent: qualified(context.tables.get(parent.name) as TableDescription),
        parentIdColumn: parent.idColumn,
        parentRoomColumn: parentRoomColumn(parent, room),
        root: room.root,
      }
    })
}

/** Where a parent has the room's id: in its own reference, or in the column that it keeps itself. */
function parentRoomColumn(parent: Model, room: RoomPath): string {
  const rest = room.path.slice(1)
  if (rest.length === 1) return (parent.fields[rest[0] as string] as Field).column
  const same = parent.rooms.find(
    (candidate) => candidate.root === room.root && candidate.path.join('.') === rest.join('.'),
  )
  return (same as RoomPath).column
}

function movesOf(context: CaptureContext, model: Model): RoomMove[] {
  const description = context.tables.get(model.name) as TableDescription
  return Object.values(context.schema.models).flatMap((child) =>
    child.rooms
      .filter((room) => room.path.length > 1)
      .filter((room) => child.fields[room.path[0] as string]?.references === model.name)
      .map((room) => {
        const reference = child.fields[room.path[0] as string] as Field
        const childDescription = context.tables.get(child.name) as TableDescription
        const key = childDescription.foreignKeys.find((candidate) => candidate.column === reference.column)
        return {
          column: comparedColumn(description, parentRoomColumn(model, room)),
          channel: channelOf(context.schema, room),
          child: qualified(childDescription),
          childReference: reference.column,
          childRoomColumn: room.column,
          childMayComeFirst: key === undefined || key.isLoose,
        }
      }),
  )
}

function partitionKey(description: TableDescription): ComparedColumn[] {
  // An expression may read any column.
  const names = description.partitionKey.includes('*')
    ? description.columns.map((column) => column.name)
    : description.partitionKey
  return names.map((name) => comparedColumn(description, name))
}

/** A table as it will be when Syncline makes it: the same description that a catalog gives of one that exists. */
import type { CompiledSchema, Field, Model } from '../../schema/model.ts'
import { columnType, idColumnType } from './column-type.ts'
import type { ColumnDescription, TableDescription } from './describe-database.ts'

/** Catalog names of the types that columns are declared with. */
const CATALOG_NAMES: Readonly<Record<string, string>> = {
  integer: 'int4',
  bigint: 'int8',
  'double precision': 'float8',
  boolean: 'bool',
}

/** Describes the table that `createTable` makes for a model. */
export function describeDeclared(
  schema: CompiledSchema,
  model: Model,
  defaultSchema: string,
): TableDescription {
  const [first, second] = model.table.split('.')
  const references = Object.values(model.fields).filter((field) => field.references !== undefined)
  return {
    schema: second === undefined ? defaultSchema : (first as string),
    name: second ?? (first as string),
    kind: 'r',
    columns: [
      catalogColumn(model.idColumn, idColumnType(model.idType), true),
      ...Object.values(model.fields).map(fieldColumn),
    ],
    primaryKey: [model.idColumn],
    unique: [model.idColumn],
    indexed: [model.idColumn, ...references.map((field) => field.column)],
    partitionKey: [],
    filteredFor: null,
    leaves: [],
    triggers: [],
    foreignKeys: references
      .filter((field) => schema.models[field.references as string] !== undefined)
      .map((field) => ({ column: field.column, isLoose: false })),
  }
}

function fieldColumn(field: Field): ColumnDescription {
  const type = columnType(field)
  return { ...catalogColumn(field.column, type.replace('[]', ''), !field.nullable), isArray: field.array }
}

/** A plain column of a type that Syncline gives, as the catalog describes it. */
export function catalogColumn(name: string, type: string, isNotNull = false): ColumnDescription {
  return {
    name,
    type: CATALOG_NAMES[type] ?? type,
    isArray: false,
    isEnum: false,
    labels: [],
    isNotNull,
    hasDefault: false,
    generated: null,
    sources: [],
  }
}

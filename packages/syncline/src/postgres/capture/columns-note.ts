/**
 * The types of a table's columns when its capture functions were made, as a comment in each of them.
 *
 * PL/pgSQL keeps the plans of a function for a session's life, and refuses a column whose type has changed since (42804),
 * until the function is another. With the types in its text it is another, for `migrate` as for whoever looks after
 * capture (`renew-functions.ts`).
 */
import type { CapturedTable } from './captured-table.ts'
import type { ColumnDescription, TableDescription } from './describe-database.ts'
import type { Drift } from './drift.ts'

/** Begins the line that names them. */
export const COLUMNS_NOTE = 'made for columns: '

/** Names of types, by name of the column. */
export type ColumnTypes = Readonly<Record<string, string>>

/** The columns that functions of the table read, as a line of a function. */
export function columnsNote(table: CapturedTable): string {
  const read = new Set(
    [
      table.id,
      ...table.fields.flatMap(({ watched }) => watched),
      ...table.routes.flatMap(({ column, reference }) => [column, reference]),
      ...table.partitionKey,
      ...table.guarded,
    ].map(({ name }) => name),
  )
  for (const { field } of table.fields) read.add(field.column)
  const columns = table.description.columns.filter(({ name }) => read.has(name))
  return COLUMNS_NOTE + JSON.stringify(typesOf(columns))
}

/** The types of columns, sorted by name: their order says nothing. */
export function typesOf(columns: readonly ColumnDescription[]): ColumnTypes {
  const entries = columns.map(({ name, type, isArray }) => [name, isArray ? `${type}[]` : type] as const)
  return Object.fromEntries(entries.sort(([one], [another]) => (one < another ? -1 : 1)))
}

/** What a function's source says; undefined where it says nothing. */
export function readColumnsNote(source: string): ColumnTypes | undefined {
  const line = noteOf(source)
  return line === undefined ? undefined : (JSON.parse(line.slice(COLUMNS_NOTE.length + 3)) as ColumnTypes)
}

/** The same function, made for columns of these types. */
export function withColumnsNote(definition: string, types: ColumnTypes): string {
  const line = noteOf(definition)
  return line === undefined
    ? definition
    : definition.split(line).join(`-- ${COLUMNS_NOTE}${JSON.stringify(types)}`)
}

function noteOf(text: string): string | undefined {
  return text.split('\n').find((line) => line.startsWith(`-- ${COLUMNS_NOTE}`))
}

/** Columns whose type is another than a capture function of their table was made for, as differences. */
export function typeDrift(
  table: string,
  found: TableDescription | undefined,
  source: string | undefined,
): Drift[] {
  const now = typesOf(found?.columns ?? [])
  const madeFor = Object.entries(readColumnsNote(source ?? '') ?? {})
  return madeFor
    .filter(([column, type]) => now[column] !== undefined && now[column] !== type)
    .map(([column, type]) => ({
      kind: 'type_changed',
      table,
      column,
      isBlocking: false,
      message: `\`${table}.${column}\` is ${now[column]}, and was ${type} when the functions that capture the table were made: updates fail in sessions that wrote the table before (42804). Run \`npx syncline migrate\`, which makes them anew.`,
    }))
}

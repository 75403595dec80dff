/** Finds the column that identifies a table's records: a record has one id. */
import type { IdType } from '../../schema/model.ts'
import type { CatalogColumn, CatalogTable } from './catalog.ts'
import { modelName, snakeWords } from './code-name.ts'
import { idTypeOf } from './field-kind.ts'
import { sqlName } from './table-name.ts'

export interface FoundId {
  readonly column: string
  readonly type: IdType
  /** Why it was taken, when that is not obvious. */
  readonly note?: string
}

/** The id, or the reason why there is none with what can be done. */
export function findId(table: CatalogTable): FoundId | { readonly why: string } {
  return primary(table) ?? ofPartitioned(table) ?? unique(table) ?? numbered(table) ?? { why: whyNone(table) }
}

function primary(table: CatalogTable): FoundId | undefined {
  return table.primaryKey.length === 1 ? asId(table, table.primaryKey[0] as string) : undefined
}

/** A key of a partitioned table must hold the partition's column too, whatever identifies a row. */
function ofPartitioned(table: CatalogTable): FoundId | undefined {
  if (table.partitionKey.length === 0) return undefined
  const rest = table.primaryKey.filter((column) => !table.partitionKey.includes(column))
  if (rest.length !== 1) return undefined
  const column = rest[0] as string
  return asId(
    table,
    column,
    `\`${column}\` identifies a record. PostgreSQL cannot make it unique by itself, because the table is partitioned by ${list(table.partitionKey)}.`,
  )
}

function unique(table: CatalogTable): FoundId | undefined {
  const references = new Set(table.foreignKeys.flatMap(({ columns }) => columns))
  const columns = table.uniques
    .filter(
      (key) => key.length === 1 && columnOf(table, key[0])?.isNotNull && !references.has(key[0] as string),
    )
    .map((key) => key[0] as string)
  const best = columns.find((column) => column === 'id') ?? columns[0]
  const fact =
    table.primaryKey.length === 0
      ? 'has no primary key'
      : 'has a primary key of several columns or of another type'
  return best === undefined
    ? undefined
    : asId(table, best, `the table ${fact}, and \`${best}\` is unique and never null.`)
}

function numbered(table: CatalogTable): FoundId | undefined {
  if (table.primaryKey.length > 0) return undefined
  const names = ['id', `${snakeWords(modelName(table.name))}_id`]
  const column = table.columns.find(
    (candidate) => names.includes(snakeWords(candidate.name)) && candidate.isNotNull && isNumbered(candidate),
  )
  return (
    column &&
    asId(
      table,
      column.name,
      `the table has no primary key; \`${column.name}\` is numbered by a sequence. Make it unique.`,
    )
  )
}

const isNumbered = (column: CatalogColumn) =>
  column.isIdentity || (column.default ?? '').startsWith('nextval(')

function asId(table: CatalogTable, column: string, note?: string): FoundId | undefined {
  const found = columnOf(table, column)
  const type = found && idTypeOf(found)
  const notes = [
    ...(note === undefined ? [] : [`guess: ${note}`]),
    ...(found?.type === 'citext'
      ? [
          `\`${column}\` ignores case, devices and rooms do not: spell references as their records, or make it text.`,
        ]
      : []),
  ]
  return type && { column, type, ...(notes.length > 0 && { note: notes.join(' ') }) }
}

function whyNone(table: CatalogTable): string {
  const { primaryKey, partitionKey } = table
  const remedy =
    partitionKey.length > 0
      ? 'To synchronise it, declare it by hand and name the column that identifies a record with idColumn.'
      : `To synchronise it, give it one (alter table ${sqlName(table)} add column id uuid not null default gen_random_uuid() unique) and run init again.`
  if (primaryKey.length === 0) return `it has no primary key, and a record needs an id. ${remedy}`
  if (primaryKey.length > 1) {
    return `its primary key has ${primaryKey.length} columns (${list(primaryKey)}), and a record has one id. ${remedy}`
  }
  const shown = columnOf(table, primaryKey[0])?.shown
  return `its primary key \`${primaryKey[0]}\` is ${shown}; an id is text, uuid, integer or bigint. ${remedy}`
}

const columnOf = (table: CatalogTable, name: string | undefined) =>
  table.columns.find((column) => column.name === name)

const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')

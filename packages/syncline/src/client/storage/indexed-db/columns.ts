/** Rows as columns that JSON can hold, and back, each value judged by the kind of its field. */
import type { Field, Model } from '../../../schema/model.ts'
import { fromWire } from '../../../schema/wire-value.ts'
import type { AnyRow } from '../../query/row.ts'
import { damaged } from './problem.ts'

/** A value for each record, in their order; or a single one that all of them have. */
export type Column<Value = unknown> = readonly Value[]

/** Rows of the same fields. */
export interface PackedColumns {
  readonly ids: readonly string[]
  readonly columns: Readonly<Record<string, Column>>
  /** Fields whose values are written as on the wire, for JSON has no bigints, NaN and infinities. */
  readonly wire: readonly string[]
}

/** Rows of the same fields, as columns. */
export function packColumns(rows: readonly AnyRow[]): PackedColumns {
  const columns: Record<string, Column> = {}
  const wire: string[] = []
  for (const name of Object.keys(rows[0] ?? {})) {
    if (name === 'id') continue
    const values = rows.map((row) => row[name])
    const isOnWire = values.some(isBeyondJson)
    if (isOnWire) wire.push(name)
    columns[name] = shortened(isOnWire ? values.map(toText) : values)
  }
  return { ids: rows.map(({ id }) => id), columns, wire }
}

/** The column with a single value where all are the same. */
export function shortened<Value>(values: Column<Value>): Column<Value> {
  const [first] = values
  return values.every((value) => value === first) ? values.slice(0, 1) : values
}

/** What a record has in a column. */
export function valueAt<Value>(column: Column<Value>, at: number): Value {
  return column[column.length === 1 ? 0 : at] as Value
}

/**
 * The rows of packed columns, as this model has them. Fields that an older app had, and that are no more, are left out.
 * @throws StorageError when a value is not of its field's kind
 */
export function unpackRows(model: Model, { ids, columns, wire }: PackedColumns): readonly AnyRow[] {
  const rows = ids.map((id): Record<string, unknown> => ({ id }))
  for (const name of Object.keys(columns)) {
    const field = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined
    if (field) fill(rows, name, valuesOf(model, field, columns[name] as Column, wire.includes(name)))
  }
  return rows as unknown as AnyRow[]
}

function fill(rows: Record<string, unknown>[], name: string, values: Column): void {
  for (let at = 0; at < rows.length; at++) (rows[at] as Record<string, unknown>)[name] = valueAt(values, at)
}

function valuesOf(model: Model, field: Field, values: Column, isWire: boolean): Column {
  checkColumn(model, field, values, isWire)
  return isWire ? values.map((value) => fromWire(field, value)) : values
}

function checkColumn(model: Model, field: Field, values: Column, isWire: boolean): void {
  if (field.kind === 'json') return
  const type = isWire || field.array ? undefined : typeOf(field)
  const isOne = isOf(field, isWire)
  for (const value of values) {
    // Most values are settled by their type alone.
    if (typeof value !== type && !isOne(value))
      throw damaged(`A stored value of \`${model.name}.${field.name}\``)
  }
}

function isBeyondJson(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  return typeof value === 'bigint' || (Array.isArray(value) && value.some(isBeyondJson))
}

function toText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toText)
  return isBeyondJson(value) ? String(value) : value
}

/** Whether a stored value is of the field's kind. */
function isOf(field: Field, isWire: boolean): (value: unknown) => boolean {
  const isOne = isWire ? isOnWire(field) : isPlain(field)
  const isItem = (value: unknown) => value === null || isOne(value)
  if (!field.array) return isItem
  return (value) => value === null || (Array.isArray(value) && value.every(isItem))
}

function isPlain(field: Field): (value: unknown) => boolean {
  const type = typeOf(field)
  return (value) => typeof value === type
}

function typeOf(field: Field): string {
  return field.as === 'bigint' ? 'bigint' : (TYPES[field.kind] ?? 'string')
}

const WHOLE = /^-?\d{1,30}$/
const WORDS = new Set<unknown>(['NaN', 'Infinity', '-Infinity'])

function isOnWire(field: Field): (value: unknown) => boolean {
  if (field.as === 'bigint') return (value) => typeof value === 'string' && WHOLE.test(value)
  if (field.kind === 'number') return (value) => typeof value === 'number' || WORDS.has(value)
  return isPlain(field)
}

const TYPES: Partial<Record<Field['kind'], string>> = {
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
}

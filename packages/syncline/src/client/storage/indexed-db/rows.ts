/** Rows as JSON can hold them and back, each value judged by the kind of its field. */
import type { Field, Model } from '../../../schema/model.ts'
import { fromWire } from '../../../schema/wire-value.ts'
import type { AnyRow } from '../../query/row.ts'
import { StorageError } from './problem.ts'

export interface PackedRows {
  readonly rows: readonly AnyRow[]
  /** Fields whose values are written as on the wire, for JSON has no bigints, NaN and infinities. */
  readonly wire: readonly string[]
}

/** Rows of the same fields. */
export function packRows(rows: readonly AnyRow[]): PackedRows {
  const names = Object.keys(rows[0] ?? {})
  const wire = names.filter((name) => rows.some((row) => isBeyondJson(row[name])))
  return {
    rows: wire.length === 0 ? rows : rows.map((row) => mapFields(row, wire, (_name, value) => toText(value))),
    wire,
  }
}

/**
 * The rows of a packed text, as this model has them.
 * @throws StorageError when a value is not of its field's kind
 */
export function unpackRows(model: Model, { rows, wire }: PackedRows): readonly AnyRow[] {
  for (const field of Object.values(model.fields)) checkField(model, field, rows, wire.includes(field.name))
  const known = new Set(['id', ...model.fieldNames])
  const isForeign = Object.keys(rows[0] ?? {}).some((name) => !known.has(name))
  if (wire.length === 0 && !isForeign) return rows
  const shown = wire.filter((name) => model.fields[name])
  const own = isForeign ? rows.map((row) => withoutForeign(row, known)) : rows
  return own.map((row) =>
    mapFields(row, shown, (name, value) => fromWire(model.fields[name] as Field, value)),
  )
}

function checkField(model: Model, field: Field, rows: readonly AnyRow[], isWire: boolean): void {
  if (field.kind === 'json') return
  const { name } = field
  const type = isWire || field.array ? undefined : typeOf(field)
  const isOne = isOf(field, isWire)
  for (const row of rows) {
    const value = row[name]
    // Most values are settled by their type alone.
    if (typeof value !== type && !isOne(value)) throw damaged(model, name)
  }
}

function damaged(model: Model, name: string): StorageError {
  return new StorageError(
    'StorageDamagedError',
    `A stored value of \`${model.name}.${name}\` is of another kind.`,
  )
}

function mapFields(
  row: AnyRow,
  names: readonly string[],
  map: (name: string, value: unknown) => unknown,
): AnyRow {
  const mapped: Record<string, unknown> = { ...row }
  for (const name of names) mapped[name] = map(name, row[name])
  return mapped as AnyRow
}

/** An older app may have had fields that are no more. */
function withoutForeign(row: AnyRow, known: ReadonlySet<string>): AnyRow {
  return Object.fromEntries(Object.entries(row).filter(([name]) => known.has(name))) as unknown as AnyRow
}

function isBeyondJson(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  return typeof value === 'bigint' || (Array.isArray(value) && value.some(isBeyondJson))
}

function toText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toText)
  return isBeyondJson(value) ? String(value) : value
}

/** Whether a stored value is of the field's kind. A field that the app has gained since is not there yet. */
function isOf(field: Field, isWire: boolean): (value: unknown) => boolean {
  const isOne = isWire ? isOnWire(field) : isPlain(field)
  const isItem = (value: unknown) => value === null || isOne(value)
  if (!field.array) return (value) => value === undefined || isItem(value)
  return (value) => value === undefined || value === null || (Array.isArray(value) && value.every(isItem))
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

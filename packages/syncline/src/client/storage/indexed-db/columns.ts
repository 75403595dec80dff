/** The values of one field of many records: as JSON has them, except what JSON has no form for. */
import type { Field } from '../../../schema/model.ts'
import { fromWire } from '../../../schema/wire-value.ts'
import { StorageError } from './problem.ts'

/** A list of values, or one in which bigints, NaN and the infinities are written as on the wire. */
type PackedColumn = readonly unknown[] | { readonly wire: readonly unknown[] }

/** Values as JSON can hold them. */
export function packColumn(values: readonly unknown[]): PackedColumn {
  return values.some(isBeyondJson) ? { wire: values.map(toText) } : values
}

/**
 * The values of a field, each of the type that its kind has on the device.
 * @throws StorageError when they are not, or not as many as there are records
 */
export function unpackColumn(field: Field, packed: unknown, count: number): readonly unknown[] {
  const values = valuesOf(field, packed)
  if (values?.length !== count || !values.every(isOf(field))) {
    throw new StorageError(
      'StorageDamagedError',
      `Stored values of field \`${field.name}\` are no ${field.kind}.`,
    )
  }
  return values
}

function valuesOf(field: Field, packed: unknown): readonly unknown[] | undefined {
  if (Array.isArray(packed)) return packed
  const wire = (packed as { wire?: unknown } | null)?.wire
  return Array.isArray(wire) ? wire.map((value) => fromWire(field, value)) : undefined
}

function isBeyondJson(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  return typeof value === 'bigint' || (Array.isArray(value) && value.some(isBeyondJson))
}

function toText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toText)
  return isBeyondJson(value) ? String(value) : value
}

function isOf(field: Field): (value: unknown) => boolean {
  if (field.kind === 'json') return () => true
  const type = field.as === 'bigint' ? 'bigint' : (TYPES[field.kind] ?? 'string')
  const isOne = (value: unknown) => value === null || typeof value === type
  if (!field.array) return isOne
  return (value) => value === null || (Array.isArray(value) && value.every(isOne))
}

const TYPES: Partial<Record<Field['kind'], string>> = {
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
}

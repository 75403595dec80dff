/** Between wire values and what rows hold on the device; they differ for `bigint` as bigint and for NaN and the infinities only. */
import { isRecord } from './is-record.ts'
import type { Field, Model } from './model.ts'
import { mapped } from './mapped.ts'

/** Whether rows of this model hold any value in another form than the wire. */
export function differsOnWire(field: Field): boolean {
  return field.as === 'bigint' || field.kind === 'number'
}

/** A wire value as rows hold it; operators keep their form. */
export function fromWire(field: Field, value: unknown): unknown {
  if (!differsOnWire(field) || value === null || value === undefined) return value
  if (Array.isArray(value)) return value.map((item) => fromWire(field, item))
  if (isRecord(value)) return mapped(value, (each) => fromWire(field, each))
  if (typeof value !== 'string') return value
  return field.as === 'bigint' ? BigInt(value) : Number(value)
}

/** A row's value as the wire has it; operators keep their form. Unknown values pass unchanged, for the check to judge. */
export function toWire(field: Field, value: unknown): unknown {
  if (!differsOnWire(field)) return value
  if (Array.isArray(value)) return value.map((item) => toWire(field, item))
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return isRecord(value) ? mapped(value, (each) => toWire(field, each)) : value
}

/** All values of a write as the wire has them. */
export function toWireFields(
  model: Model,
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return mapped(fields, (value, name) => {
    const field = model.fields[name]
    return field ? toWire(field, value) : value
  })
}

/** The order of rows: by the fields asked for, then by id, so that it is total and the same on every device. */
import type { Field, FieldKind, Model } from '../../schema/model.ts'
import { valueText } from '../value-text.ts'
import type { AnyRow } from './row.ts'

export type Direction = 'asc' | 'desc'

export interface Ordering {
  readonly field: string
  readonly direction: Direction
}

/** Negative when `a` comes first. */
export type Compare<Value> = (a: Value, b: Value) => number

/** Compiles an order into one comparison. Null comes last upwards and first downwards, as in PostgreSQL. */
export function compileOrder(model: Model, orderings: readonly Ordering[]): Compare<AnyRow> {
  const compares = orderings.map((ordering) => compareBy(model, ordering))
  return [...compares, compareIds].reduce((first, then) => (a, b) => first(a, b) || then(a, b))
}

/** Compares two values of a field, neither of them null. */
export function compareValues(field: Field | undefined): Compare<unknown> {
  if (field?.array) return compareAsText
  return (field && BY_KIND[field.kind]) ?? comparePlain
}

const BY_KIND: Partial<Record<FieldKind, Compare<unknown>>> = {
  bigint: compareIntegers,
  decimal: compareDecimals,
  number: compareNumbers,
  timestamp: compareTimes,
  date: compareTimes,
  json: compareAsText,
}

function compareBy(model: Model, { field, direction }: Ordering): Compare<AnyRow> {
  const compare = compareValues(model.fields[field])
  const sign = direction === 'desc' ? -1 : 1
  return (a, b) => {
    const left = a[field] ?? null
    const right = b[field] ?? null
    if (left === right) return 0
    if (left === null) return sign
    if (right === null) return -sign
    return sign * compare(left, right)
  }
}

export function compareIds(a: AnyRow, b: AnyRow): number {
  return comparePlain(a.id, b.id)
}

function comparePlain(a: unknown, b: unknown): number {
  return (a as string) < (b as string) ? -1 : (a as string) > (b as string) ? 1 : 0
}

function compareAsText(a: unknown, b: unknown): number {
  return comparePlain(valueText(a), valueText(b))
}

/** Decimal text of any length, or `bigint`. */
function compareIntegers(a: unknown, b: unknown): number {
  return comparePlain(BigInt(a as string), BigInt(b as string))
}

/** PostgreSQL puts NaN above everything, Infinity included. */
function compareNumbers(a: unknown, b: unknown): number {
  const [left, right] = [Number(a), Number(b)]
  return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || comparePlain(left, right)
}

/** Exact beyond 15 digits: the integer parts by value, then the fractions as text. */
function compareDecimals(a: unknown, b: unknown): number {
  const rough = compareNumbers(a, b)
  if (rough !== 0 || !Number.isFinite(Number(a))) return rough
  const [left, right] = scaled(String(a), String(b))
  return comparePlain(left, right)
}

/** Decimal texts as whole numbers, and how many of their digits are a fraction. */
export function scaled(...texts: [string, string]): [bigint, bigint, digits: number] {
  const parts = texts.map((text) => text.split('.'))
  const digits = Math.max(...parts.map(([, fraction = '']) => fraction.length))
  const [left, right] = parts.map(([whole, fraction = '']) => BigInt(whole + fraction.padEnd(digits, '0')))
  return [left as bigint, right as bigint, digits]
}

/** ISO text with the same offset sorts as text; the infinities stand outside. */
function compareTimes(a: unknown, b: unknown): number {
  const left = String(a)
  const right = String(b)
  const rank = timeRank(left) - timeRank(right)
  if (rank !== 0 || left.slice(-6) === right.slice(-6)) return rank || comparePlain(left, right)
  return Date.parse(left) - Date.parse(right) || comparePlain(left, right)
}

function timeRank(value: string): number {
  return value === 'infinity' ? 1 : value === '-infinity' ? -1 : 0
}

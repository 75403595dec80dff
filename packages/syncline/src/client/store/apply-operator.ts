/** What `$inc`, `$add` and `$remove` make of a value on the device; the server computes it again from its own. */

import { scaled } from '../query/order.ts'
import { valueText } from '../value-text.ts'

/** Adds to a counter, or adds elements to a set and removes others. */
export interface Operator {
  readonly $inc?: number | bigint | string
  readonly $add?: readonly unknown[]
  readonly $remove?: readonly unknown[]
}

/** The value after the operator. */
export function applyOperator(value: unknown, operator: Operator): unknown {
  if (operator.$inc !== undefined) return increment(value, operator.$inc)
  return changeSet(Array.isArray(value) ? value : [], operator)
}

function increment(value: unknown, by: number | bigint | string): unknown {
  if (typeof by === 'number') return Number(value ?? 0) + by
  if (typeof by === 'bigint') return BigInt((value ?? 0) as bigint) + by
  const text = typeof value === 'string' ? value : '0'
  // NaN and the infinities of `decimal` stay what they are.
  return /\d/.test(text) ? addDecimals(text, by) : text
}

function changeSet(elements: readonly unknown[], { $add = [], $remove = [] }: Operator): unknown[] {
  const removed = new Set($remove.map(valueText))
  const kept = elements.filter((element) => !removed.has(valueText(element)))
  const known = new Set(kept.map(valueText))
  return [...kept, ...$add.filter((element) => !known.has(valueText(element)))]
}

/** Adds decimal texts exactly, keeping the longer fraction. */
function addDecimals(left: string, right: string): string {
  const [a, b, digits] = scaled(left, right)
  const sum = a + b
  const text = String(sum < 0n ? -sum : sum).padStart(digits + 1, '0')
  const point = text.length - digits
  return `${sum < 0n ? '-' : ''}${text.slice(0, point)}${digits === 0 ? '' : `.${text.slice(point)}`}`
}

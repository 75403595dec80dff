/** Checks of JSON values: what `jsonb` can hold and give back unchanged. */
import { isStorableText, unstorable } from './check-text.ts'
import { InvalidValue, invalid } from './invalid-value.ts'

/** Deepest nesting of a JSON value: `[]` has 1. */
export const MAX_JSON_DEPTH = 64

// jsonb writes numbers out: 1e308 has 5 characters on the wire and 309 in the database. A thousand such are enough.
const MOST_LONG_NUMBERS = 1000

interface Walk {
  longNumbers: number
}

/** Any JSON at most 64 levels deep; returns the same value, or a copy where a -0 had to become 0. */
export function checkJson(value: unknown): unknown {
  return checkNode(value, 0, { longNumbers: 0 })
}

function checkNode(value: unknown, depth: number, walk: Walk): unknown {
  switch (typeof value) {
    case 'string':
      return isStorableText(value) ? value : unstorable()
    case 'number':
      return checkJsonNumber(value, walk)
    case 'boolean':
      return value
    case 'object':
      if (value === null) return value
      if (depth >= MAX_JSON_DEPTH) {
        return new InvalidValue(
          `is nested more than ${MAX_JSON_DEPTH} levels deep. Flatten it, or keep it as text.`,
        )
      }
      return Array.isArray(value) ? checkItems(value, depth, walk) : checkMembers(value, depth, walk)
    default:
      return invalid(value, 'Write JSON: text, numbers, true, false, null, lists and plain objects.')
  }
}

function checkJsonNumber(value: number, walk: Walk): number | InvalidValue {
  if (!Number.isFinite(value))
    return invalid(value, 'Write a finite number, or a text such as "NaN": JSON has no such number.')
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e21 || size < 1e-6) && ++walk.longNumbers > MOST_LONG_NUMBERS) {
    return new InvalidValue(
      `has more than ${MOST_LONG_NUMBERS} numbers of extreme size, which jsonb writes out in full. Keep them as text.`,
    )
  }
  return value === 0 ? 0 : value
}

function checkItems(items: readonly unknown[], depth: number, walk: Walk): unknown {
  let copy: unknown[] | undefined
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    const checked = checkNode(item, depth + 1, walk)
    if (checked instanceof InvalidValue) return checked
    if (!Object.is(checked, item)) {
      copy ??= [...items]
      copy[index] = checked
    }
  }
  return copy ?? items
}

function checkMembers(object: object, depth: number, walk: Walk): unknown {
  const prototype = Object.getPrototypeOf(object)
  if (prototype !== null && prototype !== Object.prototype) {
    return invalid(
      object,
      `Write JSON: an instance of ${prototype.constructor?.name ?? 'a class'} would not come back as it was.`,
    )
  }
  let copy: Record<string, unknown> | undefined
  for (const key of Object.keys(object)) {
    if (key === '__proto__')
      return new InvalidValue(
        "has the key `__proto__`, which programs confuse with an object's prototype. Rename it.",
      )
    if (!isStorableText(key)) return unstorable()
    const member = (object as Record<string, unknown>)[key]
    const checked = checkNode(member, depth + 1, walk)
    if (checked instanceof InvalidValue) return checked
    if (!Object.is(checked, member)) {
      copy ??= { ...object }
      copy[key] = checked
    }
  }
  return copy ?? object
}

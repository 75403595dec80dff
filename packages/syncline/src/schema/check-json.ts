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
      return checkParts(value, depth, walk)
    default:
      return invalid(value, 'Write JSON: text, numbers, true, false, null, lists and plain objects.')
  }
}

function checkJsonNumber(value: number, walk: Walk): number | InvalidValue {
  if (!Number.isFinite(value)) return invalid(value, 'Write a finite number, or a text such as "NaN".')
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e21 || size < 1e-6) && ++walk.longNumbers > MOST_LONG_NUMBERS) {
    return new InvalidValue(
      `has more than ${MOST_LONG_NUMBERS} numbers of extreme size, which jsonb writes out in full. Keep them as text.`,
    )
  }
  return value === 0 ? 0 : value
}

function checkParts(whole: object, depth: number, walk: Walk): unknown {
  const isList = Array.isArray(whole)
  const prototype = Object.getPrototypeOf(whole)
  if (!isList && prototype !== null && prototype !== Object.prototype) {
    return invalid(
      whole,
      `Write JSON: an instance of ${prototype.constructor?.name ?? 'a class'} would not come back as it was.`,
    )
  }
  const parts = whole as Record<string | number, unknown>
  let copy: typeof parts | undefined
  for (const key of isList ? whole.keys() : Object.keys(whole)) {
    if (key === '__proto__')
      return new InvalidValue('has the key `__proto__`, which is a prototype to programs. Rename it.')
    if (!isList && !isStorableText(key as string)) return unstorable()
    const checked = checkNode(parts[key], depth + 1, walk)
    if (checked instanceof InvalidValue) return checked
    if (!Object.is(checked, parts[key])) {
      copy ??= (isList ? [...whole] : { ...whole }) as typeof parts
      copy[key] = checked
    }
  }
  return copy ?? whole
}

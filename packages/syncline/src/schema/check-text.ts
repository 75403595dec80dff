/** Checks of text: what PostgreSQL's `text` and `jsonb` can hold. */
import { InvalidValue, invalid } from './invalid-value.ts'

// With the u flag a surrogate is one that stands alone.
const UNSTORABLE = /[\0\p{Cs}]/u

/** Whether PostgreSQL can hold this text: no `\u0000`, no half of a surrogate pair. */
export function isStorableText(text: string): boolean {
  return !UNSTORABLE.test(text)
}

export function checkText(value: unknown): string | InvalidValue {
  if (typeof value !== 'string') return invalid(value, 'Write a text.')
  return isStorableText(value) ? value : unstorable()
}

export function unstorable(): InvalidValue {
  return new InvalidValue(
    'has \\u0000 or half of a surrogate pair, which PostgreSQL cannot store. Remove it, or keep it in a bytes field.',
  )
}

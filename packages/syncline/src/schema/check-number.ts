/** Checks of the four kinds of number; each returns the canonical wire value. */
import { InvalidValue, invalid } from './invalid-value.ts'

const INTEGER_REMEDY = 'Write a whole number of 32 bits.'

/** A JSON number that fits `int4`. */
export function checkInteger(value: unknown): number | InvalidValue {
  // `| 0` keeps exactly the whole numbers of 32 bits, and turns -0 into 0.
  if (typeof value === 'number' && (value | 0) === value) return value | 0
  return invalid(value, INTEGER_REMEDY)
}

const BIGINT_REMEDY = 'Write a whole number of 64 bits as text: "42".'
const SURELY_FITS = 18
const LONGEST_INT8 = 20

/** Decimal text that fits `int8`; a JavaScript `bigint` becomes text. A JSON number is refused: past 2^53 it would be another. */
export function checkBigint(value: unknown): string | InvalidValue {
  const text = typeof value === 'bigint' ? String(value) : value
  if (typeof text !== 'string' || !/^-?\d+$/.test(text)) return invalid(value, BIGINT_REMEDY)
  const digits = text.replace(/^(-?)0+(?=\d)/, '$1')
  if (digits.length > LONGEST_INT8) return invalid(value, BIGINT_REMEDY)
  if (digits === '-0') return '0'
  return isInt8(digits) ? digits : invalid(value, BIGINT_REMEDY)
}

/** Whether a whole number, as text of at most 20 letters, has 64 bits. */
export function isInt8(digits: string): boolean {
  return digits.length <= SURELY_FITS || BigInt.asIntN(64, BigInt(digits)) === BigInt(digits)
}

const FLOAT_WORDS: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity'])

/** A finite JSON number, or `'NaN'`, `'Infinity'`, `'-Infinity'` as text, which is how JSON can hold them. */
export function checkFloat(value: unknown): number | string | InvalidValue {
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value
  if (FLOAT_WORDS.has(value)) return value as string
  return invalid(value, 'Write a number, or "NaN", "Infinity" or "-Infinity" as text.')
}

// Limits of PostgreSQL's numeric.
const MOST_WHOLE_DIGITS = 131_072
const MOST_FRACTION_DIGITS = 16_383
const DECIMAL_REMEDY = 'Write a decimal number as text, without an exponent: "19.90".'

/** Decimal text as `numeric` keeps it: trailing zeros stay, leading ones go. Exponents are refused, since few bytes become many digits. */
export function checkDecimal(value: unknown): string | InvalidValue {
  if (FLOAT_WORDS.has(value)) return value as string
  if (typeof value !== 'string' || !/^-?\d+(?:\.\d+)?$/.test(value)) return invalid(value, DECIMAL_REMEDY)
  const canonical = value.replace(/^(-?)0+(?=\d)/, '$1')
  const point = canonical.indexOf('.')
  const whole = point === -1 ? canonical.length : point
  if (whole > MOST_WHOLE_DIGITS || (point !== -1 && canonical.length - point - 1 > MOST_FRACTION_DIGITS)) {
    return new InvalidValue(
      `has ${canonical.length} digits, more than numeric holds. Write at most ${MOST_WHOLE_DIGITS} before the point and ${MOST_FRACTION_DIGITS} after it.`,
    )
  }
  return canonical.startsWith('-') && !/[1-9]/.test(canonical) ? canonical.slice(1) : canonical
}

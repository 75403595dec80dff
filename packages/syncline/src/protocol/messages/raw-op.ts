import * as v from 'valibot'

/** An op of which only the number is known to be sound. */
export interface RawOp {
  readonly n: number
  readonly [property: string]: unknown
}

/** Takes every object with a number: what else is wrong in it is a rejection, not an error of the message. */
export const rawOp = v.pipe(
  v.custom<RawOp>(isRawOp),
  v.description('an object with `n`, a whole number from 1'),
)

function isRawOp(value: unknown): value is RawOp {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'n')) return false
  const { n } = value as { readonly n: unknown }
  return typeof n === 'number' && Number.isSafeInteger(n) && n >= 1
}

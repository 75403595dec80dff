import * as v from 'valibot'

/** A push did not begin with the next op and changed nothing. */
export const gap = v.object({
  type: v.literal('gap'),
  expected: v.pipe(v.number(), v.description('the n of the next op to send')),
})

export type Gap = v.InferOutput<typeof gap>

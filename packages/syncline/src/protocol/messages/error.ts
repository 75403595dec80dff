import * as v from 'valibot'

/** A message was refused and changed nothing. */
export const error = v.object({
  type: v.literal('error'),
  code: v.pipe(v.string(), v.description('a code of the table of errors')),
  message: v.pipe(v.string(), v.description('fact, value, remedy')),
  channel: v.optional(v.pipe(v.string(), v.description('the channel that the message named'))),
  n: v.optional(v.pipe(v.number(), v.description('the op that it concerns'))),
  retryAfterMs: v.optional(v.pipe(v.number(), v.description('when to try again, in ms'))),
})

export type ErrorMessage = v.InferOutput<typeof error>

import * as v from 'valibot'
import { pending } from './pending.ts'
import { name, ordinal, tokenText } from './wire-values.ts'

/** Opens a session; the first message of a connection. */
export const hello = v.strictObject({
  type: v.literal('hello'),
  protocol: v.pipe(v.literal(1), v.description('the protocol version, 1')),
  device: v.pipe(name, v.description('the id of this browser profile and user, 1 to 255 characters')),
  schema: v.pipe(ordinal, v.description("the version of the app's schema, a whole number from 1")),
  token: v.optional(v.pipe(tokenText, v.description('a token, when no cookie authenticates'))),
  pending: v.optional(pending),
})

export type Hello = v.InferOutput<typeof hello>

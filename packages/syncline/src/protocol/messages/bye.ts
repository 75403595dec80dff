import * as v from 'valibot'

/** The last message before the server closes. */
export const bye = v.object({
  type: v.literal('bye'),
  code: v.pipe(v.string(), v.description('a code of the table of errors')),
  reconnect: v.pipe(v.boolean(), v.description('whether connecting again makes sense')),
  afterMs: v.optional(v.pipe(v.number(), v.description('how long to wait before that, in ms'))),
})

export type Bye = v.InferOutput<typeof bye>

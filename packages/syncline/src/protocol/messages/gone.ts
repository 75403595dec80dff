import * as v from 'valibot'

/** The right to the channel is lost: remove its rows (A2). */
export const gone = v.object({
  type: v.literal('gone'),
  channel: v.pipe(v.string(), v.description('the channel')),
  reason: v.pipe(v.string(), v.description('why, for people')),
})

export type Gone = v.InferOutput<typeof gone>

import * as v from 'valibot'

/** The right to the channel is lost: remove its rows (A2). */
export const gone = v.object({
  type: v.literal('gone'),
  channel: v.string(),
  reason: v.string(),
})

export type Gone = v.InferOutput<typeof gone>

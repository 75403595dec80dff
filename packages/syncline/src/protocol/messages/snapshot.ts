import * as v from 'valibot'

/** The channel's rows come again; the old ones stay visible until the last part replaces them (L4). */
export const snapshot = v.object({
  type: v.literal('snapshot'),
  channel: v.pipe(v.string(), v.description('the channel')),
  reason: v.pipe(v.string(), v.description('why the cursor could not be continued')),
})

export type Snapshot = v.InferOutput<typeof snapshot>

import * as v from 'valibot'
import { channelName } from './wire-values.ts'
import { want } from './want.ts'

/** Ends a subscription. */
export const leave = v.strictObject({
  type: v.literal('leave'),
  channel: v.pipe(channelName, v.description('the name of a joined channel')),
  want: v.optional(want),
})

export type Leave = v.InferOutput<typeof leave>

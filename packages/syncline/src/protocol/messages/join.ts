import * as v from 'valibot'
import { channelName, cursorText } from './wire-values.ts'
import { want } from './want.ts'

/** Subscribes to a channel. */
export const join = v.strictObject({
  type: v.literal('join'),
  channel: v.pipe(channelName, v.description('the name of a channel, such as "Production:42"')),
  want: v.optional(want),
  cursor: v.optional(
    v.pipe(cursorText, v.description('the cursor to continue from; without one everything is sent')),
  ),
  history: v.optional(
    v.pipe(
      v.boolean(),
      v.description('true for every change; by default superseded ones may be left out while catching up'),
    ),
  ),
})

export type Join = v.InferOutput<typeof join>

import * as v from 'valibot'

/** A notice that a channel changed; carries no data (R3). */
export const marker = v.object({
  type: v.literal('marker'),
  channel: v.pipe(v.string(), v.description('the channel')),
  action: v.pipe(v.picklist(['refresh', 'remove']), v.description('remove: the record is gone')),
  prop: v.optional(v.pipe(v.string(), v.description('the prop to reload, for pages that declared none'))),
  cursor: v.pipe(v.string(), v.description('the place in the log that it stands for')),
})

export type Marker = v.InferOutput<typeof marker>

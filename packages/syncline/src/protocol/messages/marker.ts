import * as v from 'valibot'

/** A notice that a channel changed; carries no data (R3). */
export const marker = v.object({
  type: v.literal('marker'),
  channel: v.string(),
  action: v.picklist(['refresh', 'remove']),
  prop: v.optional(v.pipe(v.string(), v.description('the prop to reload, for pages that declared none'))),
  cursor: v.pipe(v.string(), v.description('the place in the log that it stands for')),
})

export type Marker = v.InferOutput<typeof marker>

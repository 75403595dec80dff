import * as v from 'valibot'
import { presenceEntry } from './presence.ts'
import { want } from './want.ts'

/** The channel has caught up: from here on it is live. */
export const joined = v.object({
  type: v.literal('joined'),
  channel: v.pipe(v.string(), v.description('the channel')),
  want,
  cursor: v.pipe(v.string(), v.description('where it stands')),
  presence: v.pipe(v.array(presenceEntry), v.description('who else is here')),
})

export type Joined = v.InferOutput<typeof joined>

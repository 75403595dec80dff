import * as v from 'valibot'
import { change } from './change.ts'

/** Changes of a channel. Parts with `more` are kept and applied with the last one, in one store transaction (L5). */
export const changes = v.object({
  type: v.literal('changes'),
  channel: v.pipe(v.string(), v.description('the channel')),
  changes: v.pipe(v.array(change), v.description('the changes in order; see below')),
  cursor: v.optional(
    v.pipe(v.string(), v.description('where the next changes continue; absent while more is true')),
  ),
  more: v.optional(v.pipe(v.boolean(), v.description('true when another part of the same batch follows'))),
})

export type Changes = v.InferOutput<typeof changes>

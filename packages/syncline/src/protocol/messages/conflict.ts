import * as v from 'valibot'

/** An op that overwrote, or would have overwritten, a change its author had not seen. */
export const conflict = v.object({
  id: v.pipe(v.string(), v.description('names the entry in resolve')),
  model: v.pipe(v.string(), v.description('the model, in camelCase')),
  record: v.pipe(v.string(), v.description("the record's id")),
  field: v.pipe(v.string(), v.description('the field, in camelCase')),
  mine: v.pipe(v.unknown(), v.description('the value that this user wrote')),
  theirs: v.pipe(v.unknown(), v.description('the value that the other wrote')),
  base: v.optional(v.pipe(v.unknown(), v.description('what both had seen: a record version'))),
  by: v.pipe(v.nullable(v.string()), v.description("the other author's user id; null for a direct write")),
  at: v.pipe(v.string(), v.description('when, ISO text')),
  version: v.pipe(v.number(), v.description('the record version of the change that it met')),
  outcome: v.pipe(v.picklist(['won', 'lost', 'open']), v.description("whether this user's value stands")),
})

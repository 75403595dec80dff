import * as v from 'valibot'

/** A part of a channel's first load; exactly one, the last of all models, has `more: false` and the cursor. */
export const rows = v.object({
  type: v.literal('rows'),
  channel: v.pipe(v.string(), v.description('the channel')),
  model: v.pipe(v.string(), v.description('the model of these rows, in camelCase')),
  columns: v.pipe(
    v.array(v.string()),
    v.description('"id", "version", "fieldVersions", then the fields in camelCase'),
  ),
  rows: v.pipe(
    v.array(v.array(v.unknown())),
    v.description('the values of each row, in the order of columns'),
  ),
  more: v.pipe(v.boolean(), v.description('false in the last part')),
  cursor: v.optional(v.pipe(v.string(), v.description('where changes continue; in the last part only'))),
})

export type Rows = v.InferOutput<typeof rows>

import * as v from 'valibot'

/** Why an op was refused; kept until its author has dealt with it (W3). */
export const rejection = v.object({
  n: v.pipe(v.number(), v.description('the number of the op')),
  code: v.pipe(v.string(), v.description('a code of the table of errors')),
  message: v.pipe(v.string(), v.description('fact, value, remedy')),
  model: v.pipe(v.string(), v.description('the model that the op named, or empty')),
  id: v.pipe(v.string(), v.description('the record that it named, or empty')),
  field: v.optional(v.pipe(v.string(), v.description('the field at fault'))),
  tx: v.optional(v.pipe(v.number(), v.description('its transaction, refused as a whole'))),
})

export type Rejection = v.InferOutput<typeof rejection>

import * as v from 'valibot'

/** Answers `ping`. */
export const pong = v.object({
  type: v.literal('pong'),
  cursor: v.optional(
    v.pipe(
      v.string(),
      v.description('valid for every joined channel of this connection; absent while none is joined'),
    ),
  ),
})

export type Pong = v.InferOutput<typeof pong>

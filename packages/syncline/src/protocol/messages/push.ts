import * as v from 'valibot'
import { rawOp } from './raw-op.ts'
import { count, name } from './wire-values.ts'

/** Sends ops. Faults inside an op are its own (`parseOp`) and leave the message sound. */
export const push = v.strictObject({
  type: v.literal('push'),
  ops: v.pipe(v.array(rawOp), v.description('the ops in order of n, without gaps; see below')),
  after: v.optional(v.pipe(name, v.description('the key of the op before the first'))),
  read: v.optional(v.pipe(count, v.description('the op number up to which rejections have been read'))),
})

export type Push = v.InferOutput<typeof push>

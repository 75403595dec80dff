import * as v from 'valibot'
import { conflict } from './conflict.ts'
import { rejection } from './rejection.ts'

/** What became of ops; sent after every frame that contains them, so they leave the overlay now. */
export const ack = v.object({
  type: v.literal('ack'),
  lastOp: v.pipe(v.number(), v.description('every op up to this one is committed or rejected (W1, W3)')),
  lastKey: v.optional(v.pipe(v.string(), v.description('the key of that op'))),
  rejected: v.pipe(v.array(rejection), v.description('every rejection not yet read; see below')),
  conflicts: v.pipe(v.array(conflict), v.description('conflicts of these ops; see below')),
})

export type Ack = v.InferOutput<typeof ack>

import * as v from 'valibot'
import { name } from './wire-values.ts'

/** Closes an entry of the conflict list. */
export const resolve = v.strictObject({
  type: v.literal('resolve'),
  conflict: v.pipe(name, v.description('the id of a conflict')),
  seen: v.pipe(v.literal(true), v.description('true: its author has dealt with it')),
})

export type Resolve = v.InferOutput<typeof resolve>

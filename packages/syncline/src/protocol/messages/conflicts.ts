import * as v from 'valibot'
import { conflict } from './conflict.ts'

/** New conflicts, to every device of both authors. */
export const conflicts = v.object({
  type: v.literal('conflicts'),
  conflicts: v.pipe(v.array(conflict), v.description('the conflicts; see below')),
})

export type Conflicts = v.InferOutput<typeof conflicts>

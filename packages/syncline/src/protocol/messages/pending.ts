import * as v from 'valibot'
import { count } from './wire-values.ts'

/** What waits in a device's outbox. */
export const pending = v.pipe(
  v.strictObject({
    count: v.pipe(count, v.description('the number of unsent ops')),
    oldestMs: v.pipe(
      v.number(),
      v.finite(),
      v.minValue(0),
      v.description('the age of the oldest unsent op, in ms'),
    ),
  }),
  v.description('the unsent ops, as { count, oldestMs }'),
)

export type Pending = v.InferOutput<typeof pending>

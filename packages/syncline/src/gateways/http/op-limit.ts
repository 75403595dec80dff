/** How many ops one push may hold. */
import type { Refused } from './answer.ts'

/** The refusal of a push with too many ops; undefined when they are few enough. */
export function tooMany(count: number, most: number): Refused | undefined {
  if (count <= most) return undefined
  return { code: 'too_large', message: `The push has ${count} ops. Send at most ${most} at once.` }
}

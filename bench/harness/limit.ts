/** Goals in ms or µs: how much of the allowance a contestant uses, judged like every other ratio. */
import type { Contestant } from './rounds.ts'

/** The allowance as a contestant: the ratio to it is reached at 1. */
export function limit(figures: Record<string, number>): Contestant {
  return { name: 'limit', run: () => Promise.resolve(figures) }
}

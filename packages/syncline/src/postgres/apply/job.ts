/** A part that waits for its turn, and what it came to. */
import type { User } from '../../protocol/user.ts'
import type { Part, PartResult } from './part.ts'
import { type HeldRecord, heldRecords } from './records-in-hand.ts'

export interface Job {
  readonly user: User
  readonly part: Part
  /** Listed once: every job that waits is compared with all that is in hand, again and again (`bench`: G6). */
  readonly records: readonly HeldRecord[]
  /** What is committed of it so far. */
  readonly results: PartResult[]
  readonly settle: (end: JobEnd) => void
}

/** How a job ends. What `results` hold is committed in every case. */
type JobEnd =
  | { readonly kind: 'done' }
  /** The device row was moved by another process: judge the push again. */
  | { readonly kind: 'stale' }
  /** The connection went in the middle; the rest may or may not be committed. */
  | { readonly kind: 'lost'; readonly error: unknown }
  /** The rest cannot be applied now. */
  | { readonly kind: 'unavailable'; readonly error: unknown }

export interface FinishedJob {
  readonly results: readonly PartResult[]
  readonly end: JobEnd
}

/** Makes a job, and the promise of its end. */
export function newJob(user: User, part: Part): { job: Job; finished: Promise<FinishedJob> } {
  let settle: (end: JobEnd) => void = () => {}
  const results: PartResult[] = []
  const finished = new Promise<FinishedJob>((resolve) => {
    settle = (end) => resolve({ results, end })
  })
  return { job: { user, part, records: heldRecords(part), results, settle }, finished }
}

/** What is left of a job's part after the results so far. */
export function restOf({ part, results }: Job): Part {
  if (results.length === 0) return part
  const done = results.reduce((sum, result) => sum + result.done, 0)
  if (done === 0) return part
  const state = results.at(-1)?.state ?? part.state
  return { ...part, units: part.units.slice(done), ...(state ? { state } : {}) }
}

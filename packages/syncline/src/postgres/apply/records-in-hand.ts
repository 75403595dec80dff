/** The records of jobs that are being committed, or that wait before others: who may go beside them, and who not. */
import type { Job } from './job.ts'
import { recordsOf } from './lock-statements.ts'

export class RecordsInHand {
  readonly #written = new Set<string>()
  readonly #pointedTo = new Set<string>()

  add(job: Job): void {
    for (const { key, isWritten } of keysOf(job)) (isWritten ? this.#written : this.#pointedTo).add(key)
  }

  /** Whether the job writes a record that is in hand, or points to one that is being written. */
  meets(job: Job): boolean {
    for (const { key, isWritten } of keysOf(job)) {
      if (this.#written.has(key) || (isWritten && this.#pointedTo.has(key))) return true
    }
    return false
  }
}

/** The records that the job's ops lock, and the ids that they make. */
function* keysOf({ part }: Job): Generator<{ key: string; isWritten: boolean }> {
  for (const { prepared } of part.units) {
    for (const op of prepared) {
      yield { key: `${op.shape.model.table}\u0000${op.op.id}`, isWritten: true }
      for (const { model, id, strength } of recordsOf(op)) {
        yield { key: `${model.table}\u0000${id}`, isWritten: strength > 0 }
      }
    }
  }
}

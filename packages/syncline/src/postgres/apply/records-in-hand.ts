/** The records of jobs that are being committed, or that wait before others: who may go beside them, and who not. */
import type { Job } from './job.ts'
import { recordsOf } from './lock-statements.ts'
import type { Part } from './part.ts'

/** A record that an op locks, or an id that it makes. */
export interface HeldRecord {
  readonly table: string
  readonly id: string
  readonly isWritten: boolean
}

export class RecordsInHand {
  readonly #written = new Map<string, Set<string>>()
  readonly #pointedTo = new Map<string, Set<string>>()

  add(job: Job): void {
    for (const { table, id, isWritten } of job.records) {
      const tables = isWritten ? this.#written : this.#pointedTo
      const ids = tables.get(table)
      if (ids) ids.add(id)
      else tables.set(table, new Set([id]))
    }
  }

  /** Whether the job writes a record that is in hand, or points to one that is being written. */
  meets(job: Job): boolean {
    if (this.#written.size === 0 && this.#pointedTo.size === 0) return false
    return job.records.some(
      ({ table, id, isWritten }) =>
        this.#written.get(table)?.has(id) || (isWritten && this.#pointedTo.get(table)?.has(id)),
    )
  }
}

/** The records of a part's ops. */
export function heldRecords({ units }: Part): HeldRecord[] {
  const records: HeldRecord[] = []
  for (const { prepared } of units) {
    for (const op of prepared) {
      const { model, action } = op.shape
      if (action === 'create') records.push({ table: model.table, id: op.op.id, isWritten: true })
      for (const { model: held, id, strength } of recordsOf(op)) {
        records.push({ table: held.table, id, isWritten: strength > 0 })
      }
    }
  }
  return records
}

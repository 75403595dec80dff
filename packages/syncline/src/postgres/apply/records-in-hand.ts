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

/** Ids by table. */
type Records = Map<string, Set<string>>

export class RecordsInHand {
  /** Jobs whose records nobody has asked for yet: mostly there is no other job that could. */
  #added: Job[] = []
  #written: Records | undefined
  #pointedTo: Records | undefined

  add(job: Job): void {
    this.#added.push(job)
  }

  /** Whether the job writes a record that is in hand, or points to one that is being written. */
  meets(job: Job): boolean {
    if (this.#added.length > 0) this.#takeIn()
    const [written, pointedTo] = [this.#written, this.#pointedTo]
    if (!written && !pointedTo) return false
    return job.records.some(
      ({ table, id, isWritten }) =>
        written?.get(table)?.has(id) || (isWritten && pointedTo?.get(table)?.has(id)),
    )
  }

  #takeIn(): void {
    for (const { records } of this.#added)
      for (const { table, id, isWritten } of records) {
        const tables = isWritten ? (this.#written ??= new Map()) : (this.#pointedTo ??= new Map())
        const ids = tables.get(table)
        if (ids) ids.add(id)
        else tables.set(table, new Set([id]))
      }
    this.#added = []
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

/** What stands or falls together: a transaction of a device, or one op. */
import type { AcceptedOp } from './writer.ts'

export interface Unit {
  readonly ops: readonly AcceptedOp[]
  /** Number of the transaction; undefined for a single op. */
  readonly tx?: number
}

/** Splits the new ops of a push into units, in order. `judgePush` has seen that no transaction is split. */
export function toUnits(ops: readonly AcceptedOp[]): Unit[] {
  const units: Unit[] = []
  let start = 0
  ops.forEach((op, index) => {
    if (op.tx !== undefined && op.tx !== op.n) return
    units.push({ ops: ops.slice(start, index + 1), ...(op.tx === undefined ? {} : { tx: op.tx }) })
    start = index + 1
  })
  return units
}

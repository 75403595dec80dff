/**
 * What stands or falls together: a transaction of a device, or one op. Pure.
 *
 *   W3 nothing lost   ops that contradict each other about their transaction are refused, each with the reason
 *   W4 no blockage    and the device goes on behind them: only a transaction whose end is still to come is sent again
 */
import type { Refusal } from './refusal.ts'

/** What an op says of its place: `tx` is the number of the last op of its transaction. */
export interface Placed {
  readonly n: number
  readonly tx?: number
}

export interface Unit<Op extends Placed> {
  readonly ops: readonly Op[]
  /** Number of the transaction; undefined for a single op. */
  readonly tx?: number
  /** The op that contradicts its transaction, so that nothing of the unit can be applied. */
  readonly cause?: { readonly op: Op; readonly refusal: Refusal }
}

/** The units of the new ops of a push, or the op whose transaction goes on behind the last of them. */
export type Arrangement<Op extends Placed> =
  | { readonly units: readonly Unit<Op>[]; readonly split?: undefined }
  | { readonly units?: undefined; readonly split: Op }

/** Arranges ops whose numbers follow each other. No transaction has more than `mostOps`, which is what a push holds. */
export function toUnits<Op extends Placed>(ops: readonly Op[], mostOps: number): Arrangement<Op> {
  const units: Unit<Op>[] = []
  for (let start = 0; start < ops.length; ) {
    const unit = unitFrom(ops, start, mostOps)
    if (!unit) return { split: ops[start] as Op }
    units.push(unit)
    start += unit.ops.length
  }
  return { units }
}

/** The unit that begins there; undefined when its end is missing and nothing speaks against it yet. */
function unitFrom<Op extends Placed>(
  ops: readonly Op[],
  start: number,
  mostOps: number,
): Unit<Op> | undefined {
  const first = ops[start] as Op
  const fault = faultOf(first, mostOps)
  if (fault) return { ops: [first], cause: { op: first, refusal: fault } }
  if (first.tx === undefined) return { ops: [first] }
  let tx = first.tx
  let cause: Unit<Op>['cause']
  let end = start + 1
  for (let op = ops[end]; op && op.n <= tx; op = ops[++end]) {
    if (op.tx === tx) continue
    cause ??= { op, refusal: stranger(op, tx) }
    // The transaction that this one belongs to is refused with it.
    if (op.tx !== undefined && !faultOf(op, mostOps)) tx = Math.max(tx, op.tx)
  }
  const members = ops.slice(start, end)
  if (cause) return { ops: members, tx, cause }
  return members.at(-1)?.n === tx ? { ops: members, tx } : undefined
}

/** Why no push whatever could hold the op's transaction. */
function faultOf({ n, tx = n }: Placed, mostOps: number): Refusal | undefined {
  if (tx < n) {
    return {
      code: 'invalid_value',
      message: `Op ${n} names transaction ${tx}, which ended before it. Give \`tx\` the number of its transaction's last op, or leave it out.`,
    }
  }
  if (tx - n < mostOps) return undefined
  return {
    code: 'invalid_value',
    message: `Op ${n} names transaction ${tx}, which ends ${tx - n} ops later, and a transaction has at most ${mostOps} ops. Give \`tx\` the number of its last op, or write less in one.`,
  }
}

function stranger({ n, tx }: Placed, around: number): Refusal {
  const named = tx === undefined ? 'names none' : `names transaction ${tx}`
  return {
    code: 'invalid_value',
    message: `Op ${n} stands inside transaction ${around} and ${named}. Give all ops of a transaction the same \`tx\`, the number of the last of them.`,
  }
}

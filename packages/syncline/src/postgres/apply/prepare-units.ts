/** Prepares the units of a push: each op gets its shape, or its unit the op that refuses it. */
import type { PreparedUnit } from './part.ts'
import { type Preparation, type PreparedOp, prepareOp } from './prepare-op.ts'
import type { Unit } from './unit.ts'
import type { AcceptedOp } from './writer.ts'

/** A fault of one op refuses its whole unit, before anything is sent to the database. */
export function prepareUnit(context: Preparation, unit: Unit<AcceptedOp>): PreparedUnit {
  const { cause } = unit
  if (cause) return { ...unit, cause, prepared: [] }
  const prepared: PreparedOp[] = []
  for (const op of unit.ops) {
    if (op.action === 'call' && !op.fault && Object.hasOwn(context.schema.models, op.model)) continue
    const outcome = prepareOp(context, op)
    if (outcome.kind === 'refused') return { ...unit, prepared: [], cause: { op, refusal: outcome.refusal } }
    prepared.push(outcome.op)
  }
  return { ...unit, prepared }
}

// Small enough that a device with a long queue leaves room in every group for the others.
const MAX_SLICE_OPS = 256

/** Cuts units into slices that go into a group each; units with a call stand alone, because they take the slow lane. */
export function slicesOf(units: readonly Unit<AcceptedOp>[]): (readonly Unit<AcceptedOp>[])[] {
  if (units.length === 1) return [units]
  const slices: Unit<AcceptedOp>[][] = []
  let ops = MAX_SLICE_OPS
  for (const unit of units) {
    if (ops >= MAX_SLICE_OPS || isCall(unit)) {
      slices.push([])
      ops = 0
    }
    slices.at(-1)?.push(unit)
    ops = isCall(unit) ? MAX_SLICE_OPS : ops + unit.ops.length
  }
  return slices
}

export function isCall(unit: Unit<AcceptedOp>): boolean {
  return unit.ops.some((op) => op.action === 'call')
}

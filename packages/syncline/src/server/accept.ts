/**
 * Accepts ops: judges the fields of each against its model before anything touches the database.
 *
 *   W3 nothing lost   a fault inside an op stays with the op and becomes its rejection
 *   W4 no blockage    it says nothing about the ops beside it
 */
import type { AcceptedOp, PushOutcome } from '../postgres/apply/writer.ts'
import type { ParsedOp } from '../protocol/parse-op.ts'
import { checkFields } from '../schema/check-fields.ts'
import type { CompiledSchema, Model } from '../schema/model.ts'
import type { Ids } from './ids/ids.ts'
import { meantOp } from './ids/meant-op.ts'
import { unreachableId } from './ids/reachable-id.ts'

/** Turns the ops of a parsed push into ops for the writer; what was wrong in them stands in `fault`. */
export function acceptOps(schema: CompiledSchema, ids: Ids, ops: readonly ParsedOp[]): AcceptedOp[] {
  return ops.map((op) => acceptOp(schema, ids, op))
}

/** An op with the database's ids and canonical field values, or with the first fault of them. */
export function acceptOp<Op extends Omit<AcceptedOp, 'n'>>(schema: CompiledSchema, ids: Ids, sent: Op): Op {
  if (sent.fault) return sent
  // The writer names an unknown model in its rejection.
  const model = Object.hasOwn(schema.models, sent.model) ? schema.models[sent.model] : undefined
  const op = model ? nameableOp(model, meantOp(schema, ids, model, sent)) : sent
  if (!model || op.fault || (op.action !== 'create' && op.action !== 'update')) return op
  const checked = checkFields(model, op.action, op.fields ?? {})
  if (checked.ok) return { ...op, fields: checked.fields }
  const [fault] = checked.faults
  return { ...op, fields: undefined, fault }
}

/** The op, or with the fault of an id by which its new record could not be named. */
function nameableOp<Op extends Omit<AcceptedOp, 'n'>>(model: Model, op: Op): Op {
  const fault = op.action === 'create' && !op.fault ? unreachableId(model, op.id) : undefined
  return fault ? { ...op, fields: undefined, fault } : op
}

/** Whether one of these ops was refused as not there (A3); rejections of earlier ones, told again, say nothing new. */
export function isNegative(
  { rejected }: Pick<PushOutcome, 'rejected'>,
  ops: readonly { readonly n: number }[],
): boolean {
  const first = ops[0]?.n
  return first !== undefined && rejected.some(({ code, n }) => code === 'not_found' && n >= first)
}

/**
 * Accepts ops: judges the fields of each against its model before anything touches the database.
 *
 *   W3 nothing lost   a fault inside an op stays with the op and becomes its rejection
 *   W4 no blockage    it says nothing about the ops beside it
 */
import type { AcceptedOp, PushOutcome } from '../postgres/apply/writer.ts'
import type { ParsedOp } from '../protocol/parse-op.ts'
import { checkFields } from '../schema/check-fields.ts'
import type { CompiledSchema } from '../schema/model.ts'
import { hiddenIdsMessage, hiddenIdsOf } from './ids/hidden-ids.ts'

/** Turns the ops of a parsed push into ops for the writer; what was wrong in them stands in `fault`. */
export function acceptOps(schema: CompiledSchema, ops: readonly ParsedOp[]): AcceptedOp[] {
  return ops.map((op) => acceptOp(schema, op))
}

/** An op with canonical field values, or with the first fault of its fields. */
export function acceptOp<Op extends Omit<AcceptedOp, 'n'>>(schema: CompiledSchema, op: Op): Op {
  if (op.fault) return op
  // The writer names an unknown model in its rejection.
  const model = Object.hasOwn(schema.models, op.model) ? schema.models[op.model] : undefined
  const hidden = model && hiddenIdsOf(schema, model)
  if (hidden) {
    const message = hiddenIdsMessage(`An op on \`${op.model}\``, hidden)
    return { ...op, fields: undefined, fault: { code: 'forbidden', message } }
  }
  if (!model || (op.action !== 'create' && op.action !== 'update')) return op
  const checked = checkFields(model, op.action, op.fields ?? {})
  if (checked.ok) return { ...op, fields: checked.fields }
  const [fault] = checked.faults
  return { ...op, fields: undefined, fault }
}

/** The `n` of the transaction that the push cuts in two; undefined when it ends where transactions end. */
export function splitTransaction(
  ops: readonly { readonly n: number; readonly tx?: number }[],
): number | undefined {
  const last = ops.at(-1)
  return last?.tx !== undefined && last.tx > last.n ? last.tx : undefined
}

/** Whether one of these ops was refused as not there (A3); rejections of earlier ones, told again, say nothing new. */
export function isNegative(
  { rejected }: Pick<PushOutcome, 'rejected'>,
  ops: readonly { readonly n: number }[],
): boolean {
  const first = ops[0]?.n
  return first !== undefined && rejected.some(({ code, n }) => code === 'not_found' && n >= first)
}

/**
 * Ids as they arrive: an op names records as rows and pages show them, its own and those that references point to.
 *
 *   A3 silent   an id in another spelling, the database's own too, is one that is not there
 */
import { refusal } from '../../postgres/apply/refusal.ts'
import type { AcceptedOp } from '../../postgres/apply/writer.ts'
import { clip } from '../../schema/invalid-value.ts'
import type { CompiledSchema, Model } from '../../schema/model.ts'
import type { Ids } from './ids.ts'

type Op = Omit<AcceptedOp, 'n'>

/** The op with the database's ids, `shownId` as it came; or with the fault of an id that shows none. */
export function meantOp<O extends Op>(schema: CompiledSchema, ids: Ids, model: Model, op: O): O {
  const own = withOwnId(ids, model, op)
  return own.fault || own.fields === undefined ? own : withReferences(schema, ids, model, own)
}

function withOwnId<O extends Op>(ids: Ids, model: Model, op: O): O {
  // Empty: the database chooses.
  if (model.ids === 'plain' || op.id === '') return op
  const id = ids.decode(model, op.id)
  const shown = { ...op, shownId: op.id }
  if (id !== null) return { ...shown, id }
  return {
    ...shown,
    fields: undefined,
    fault: op.action === 'create' ? madeUp(op) : refusal('not_found', op),
  }
}

const madeUp = (op: Op) => ({
  code: 'invalid_value',
  message: `The id \`${clip(op.id)}\` of \`${op.model}\` is none that the server shows. Leave the choice to the server: create the record over REST without an id.`,
  field: 'id',
})

function withReferences<O extends Op>(schema: CompiledSchema, ids: Ids, model: Model, op: O): O {
  let fields: Record<string, unknown> | undefined
  for (const [name, value] of Object.entries(op.fields ?? {})) {
    const target = schema.models[model.fields[name]?.references ?? '']
    // What is no text is judged with the other fields.
    if (target?.ids !== 'obfuscated' || typeof value !== 'string') continue
    const id = ids.decode(target, value)
    if (id === null) return { ...op, fields: undefined, fault: unreadable(model, name, target, value) }
    fields = { ...(fields ?? op.fields), [name]: id }
  }
  return fields === undefined ? op : { ...op, fields }
}

const unreadable = (model: Model, field: string, target: Model, shown: string) => ({
  code: 'invalid_value',
  message: `Field \`${field}\` of model \`${model.name}\` is ${JSON.stringify(clip(shown))}, which is no id of \`${target.name}\`. Write the id as rows, pages and URLs show it.`,
  field,
})

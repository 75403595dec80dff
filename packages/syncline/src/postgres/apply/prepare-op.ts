/**
 * Prepares an accepted op: refused at once, or a shape and its values.
 *
 *   A4 whole   a field outside the rule's list refuses the whole op; names are looked up in maps without a prototype
 *   A3 silent  nothing here depends on whether the record exists
 */
import type { User } from '../../protocol/user.ts'
import { checkId } from '../../schema/check-id.ts'
import { InvalidValue } from '../../schema/invalid-value.ts'
import type { CompiledSchema, Field, Model } from '../../schema/model.ts'
import type { Parameter } from '../database.ts'
import type { Rules, WriteRule } from '../rules.ts'
import { type Sql, sql } from '../sql.ts'
import { parameterText } from '../parameter-text.ts'
import { protectedField, type Refusal, refusal, unknownName, wrongId } from './refusal.ts'
import { formOf, type Shape, type ShapeField, shapeKey, type ShapeTarget } from './shape.ts'
import type { AcceptedOp } from './writer.ts'

/** Alias of the record in every statement that a rule becomes part of; no rule's own alias may hide it. */
export const RECORD = 'sync_record'

/** An op that can be run. */
export interface PreparedOp {
  readonly op: AcceptedOp
  readonly shape: Shape
  readonly key: string
  /** Wire values by field, declared defaults included. */
  readonly fields: Readonly<Record<string, unknown>>
  /** The values of the shape's rules, in their order. */
  readonly ruleValues: readonly (string | null)[]
}

export type Prepared =
  | { readonly kind: 'ready'; readonly op: PreparedOp }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

type WriteAction = 'create' | 'update' | 'delete'

/** What ops of one user share for a moment: asking a rule again for each of them would only repeat it. */
export interface Preparation {
  readonly schema: CompiledSchema
  readonly rules: Rules
  readonly user: User
  readonly asked: Map<string, WriteRule | Sql | null>
  readonly shapes: Map<string, PreparedShape>
}

interface PreparedShape {
  readonly shape: Shape
  readonly key: string
  readonly ruleValues: readonly (string | null)[]
}

export function preparation(schema: CompiledSchema, rules: Rules, user: User): Preparation {
  return { schema, rules, user, asked: new Map(), shapes: new Map() }
}

/** Prepares an op of a user. `call` ops are not for here: they run in a lane of their own. */
export function prepareOp(context: Preparation, op: AcceptedOp): Prepared {
  if (op.fault) return refused(op.fault as Refusal)
  const model = context.schema.models[op.model]
  const action = op.action
  if (!model || action === 'call') return refused(unknownName(op))
  const faultOfId = checkOwnId(model, op)
  if (faultOfId) return refused(faultOfId)
  const named = op.fields ?? {}
  const unknown = firstName(named, (name) => model.fields[name] === undefined)
  if (unknown !== undefined) return refused(unknownName(op, unknown))
  const rule = writeRule(context, model, action)
  if (!rule && action === 'create') return refused(refusal('forbidden', op))
  const foreign = rule && action !== 'delete' ? firstName(named, (name) => !rule.fields.has(name)) : undefined
  if (rule && foreign !== undefined) return refused(protectedField(model, action, foreign, rule.fields))
  const fields = action === 'delete' ? {} : action === 'create' ? withDefaults(model, op) : named
  const { shape, key, ruleValues } = shapeOf(context, model, action, rule, fields)
  return { kind: 'ready', op: { op, shape, key, fields, ruleValues } }
}

/** As `Object.keys(…).find`, without the list. Fields come from JSON: they have no inherited names. */
function firstName(
  fields: Readonly<Record<string, unknown>>,
  isIt: (name: string) => boolean,
): string | undefined {
  for (const name in fields) if (Object.hasOwn(fields, name) && isIt(name)) return name
  return undefined
}

function shapeOf(
  context: Preparation,
  model: Model,
  action: WriteAction,
  rule: WriteRule | null,
  fields: Readonly<Record<string, unknown>>,
): PreparedShape {
  const outline = outlineOf(model, action, fields)
  let known = context.shapes.get(outline)
  if (!known) {
    known = makeShape(context, model, action, rule, fields)
    context.shapes.set(outline, known)
  }
  return known
}

/** What of an op decides its shape, while the user's rules stay as they are. */
function outlineOf(model: Model, action: WriteAction, fields: Readonly<Record<string, unknown>>): string {
  let outline = `${action} ${model.name}`
  for (const name in fields) {
    const value = fields[name]
    const form = typeof value === 'object' && value !== null ? formOf(model.fields[name] as Field, value) : ''
    outline += ` ${name}${value === null ? '0' : form}`
  }
  return outline
}

function makeShape(
  context: Preparation,
  model: Model,
  action: WriteAction,
  rule: WriteRule | null,
  fields: Readonly<Record<string, unknown>>,
): PreparedShape {
  const shape: Shape = {
    model,
    action,
    fields: shapeFields(model, fields),
    read: readRule(context, model),
    // An action that is not declared: whoever may read the record learns that it is forbidden.
    when: rule?.when ?? sql.none,
    insteadOfRead: rule?.insteadOfRead ?? false,
    targets: targetsOf(context, model, fields),
  }
  const rules: readonly Sql[] = [shape.read, shape.when, ...shape.targets.map((target) => target.read)]
  const values: readonly Parameter[] = rules.flatMap((piece) => piece.values)
  return { shape, key: shapeKey(shape), ruleValues: values.map(parameterText) }
}

/** An id that no record can have is, except for a new one, one that is not there. */
function checkOwnId(model: Model, op: AcceptedOp): Refusal | undefined {
  // A write without a device may leave the id to the database.
  if (op.action === 'create' && op.id === '' && op.n === 0) return undefined
  const checked = checkId(model, op.id)
  if (!(checked instanceof InvalidValue)) return undefined
  return op.action === 'create' ? wrongId(model, checked) : refusal('not_found', op)
}

function withDefaults(model: Model, op: AcceptedOp): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...op.fields }
  for (const name of model.fieldNames) {
    const value = model.fields[name]?.default
    if (value !== undefined && !Object.hasOwn(fields, name)) fields[name] = value
  }
  return fields
}

function shapeFields(model: Model, fields: Readonly<Record<string, unknown>>): ShapeField[] {
  return model.fieldNames.flatMap((name) => {
    const field = model.fields[name]
    return field && Object.hasOwn(fields, name) ? [{ field, form: formOf(field, fields[name]) }] : []
  })
}

function targetsOf(
  context: Preparation,
  model: Model,
  fields: Readonly<Record<string, unknown>>,
): ShapeTarget[] {
  return model.fieldNames.flatMap((name) => {
    const field = model.fields[name]
    if (field?.references === undefined || fields[name] === undefined || fields[name] === null) return []
    const target = context.schema.models[field.references]
    return target ? [{ field, model: target, read: readRule(context, target) }] : []
  })
}

function readRule({ rules, user, asked }: Preparation, model: Model): Sql {
  return once(asked, `read ${model.name}`, () => rules.read(model, user, RECORD)) as Sql
}

function writeRule({ rules, user, asked }: Preparation, model: Model, action: WriteAction): WriteRule | null {
  return once(asked, `${action} ${model.name}`, () =>
    rules.write(model, action, user, RECORD),
  ) as WriteRule | null
}

function once<T>(asked: Map<string, T>, name: string, ask: () => T): T {
  const known = asked.get(name)
  if (known !== undefined) return known
  const answer = ask()
  asked.set(name, answer)
  return answer
}

function refused(reason: Refusal): Prepared {
  return { kind: 'refused', refusal: reason }
}

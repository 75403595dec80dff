/**
 * The codec: judges the `fields` of a write, on the device before it is stored and on the server before anything
 * touches the database. Pure; compiled once per model.
 *
 *   A4 whole   a field that no client may write is a fault, however it is spelled: names are compared exactly
 *              and looked up in maps, so that `__proto__` and `constructor` are unknown names like any other
 */
import { camelCase } from './camel-case.ts'
import { compileCheck, type ValueCheck } from './check-value.ts'
import { operatorCheck } from './check-operator.ts'
import { clip, InvalidValue } from './invalid-value.ts'
import type { Field, Model } from './model.ts'
import { suggestion } from './nearest-name.ts'

/** What is wrong with a write: fact, value, remedy. */
export interface Fault {
  readonly code: 'unknown_field' | 'invalid_value' | 'protected_field'
  readonly message: string
  readonly field?: string
}

/** Canonical wire values by field, or everything that is wrong. */
export type CheckedFields =
  | {
      readonly ok: true
      readonly fields: Readonly<Record<string, unknown>>
      readonly faults?: undefined
    }
  | { readonly ok: false; readonly faults: readonly Fault[] }

interface FieldChecks {
  readonly create: ValueCheck
  readonly update: ValueCheck
}

interface ModelChecks {
  readonly checks: ReadonlyMap<string, FieldChecks>
  /** Fields that a create must name. */
  readonly required: readonly string[]
  /** Names that exist on every record, or are stamped: readable, never written. */
  readonly protected: ReadonlySet<string>
}

const compiled = new WeakMap<Model, ModelChecks>()

/** Checks the fields that a create or an update names. Fields that it does not name are not added: a rule must see what was written, not what is implied. */
export function checkFields(
  model: Model,
  action: 'create' | 'update',
  fields: Readonly<Record<string, unknown>>,
): CheckedFields {
  const { checks, required, protected: protectedNames } = checksOf(model)
  const checked: Record<string, unknown> = {}
  const faults: Fault[] = []
  for (const name of Object.keys(fields)) {
    const check = checks.get(name)
    if (check === undefined || protectedNames.has(name)) {
      faults.push(nameFault(model, name, protectedNames))
      continue
    }
    const result = check[action](fields[name])
    if (result instanceof InvalidValue) faults.push(fault('invalid_value', model, name, result.text))
    else checked[name] = result
  }
  if (action === 'create') faults.push(...missing(model, required, fields))
  return faults.length === 0 ? { ok: true, fields: checked } : { ok: false, faults }
}

/** Checks one value of a field; operators are not values. */
export function checkValue(field: Field, value: unknown): unknown {
  return compileCheck(field)(value)
}

function checksOf(model: Model): ModelChecks {
  let known = compiled.get(model)
  if (known === undefined) {
    known = compileModelChecks(model)
    compiled.set(model, known)
  }
  return known
}

function compileModelChecks(model: Model): ModelChecks {
  const { version, fieldVersions, lastModifiedBy, updatedAt } = model.columns
  const stamped = new Set([model.idColumn, version, fieldVersions, lastModifiedBy, updatedAt])
  const all = Object.values(model.fields)
  const isStamped = (field: Field) => stamped.has(field.column)
  const isRequired = (field: Field) =>
    !(field.nullable || field.default !== undefined || field.filledByDatabase || isStamped(field))
  return {
    checks: new Map(all.map((field) => [field.name, fieldChecks(field)])),
    required: all.filter(isRequired).map((field) => field.name),
    protected: new Set([
      'id',
      'version',
      'fieldVersions',
      ...all.filter(isStamped).map((field) => field.name),
    ]),
  }
}

function fieldChecks(field: Field): FieldChecks {
  const check = compileCheck(field)
  // How far a counter is stepped is no value of it, so that its validator is not asked.
  const amount = field.onConflict === 'counter' ? compileCheck({ ...field, validator: undefined }) : check
  return { create: check, update: operatorCheck(field, check, amount) }
}

function missing(model: Model, required: readonly string[], fields: object): Fault[] {
  return required
    .filter((name) => !Object.hasOwn(fields, name))
    .map((name) =>
      fault(
        'invalid_value',
        model,
        name,
        'is missing. Write a value: the field is not nullable and has no default.',
      ),
    )
}

function nameFault(model: Model, name: string, protectedNames: ReadonlySet<string>): Fault {
  const shown = clip(name)
  const spelled = camelCase(name)
  if (protectedNames.has(name) || protectedNames.has(spelled)) {
    return fault('protected_field', model, shown, 'is kept by Syncline and cannot be written. Leave it out.')
  }
  const hint = suggestion(name, model.fieldNames, 'Its fields are')
  return {
    code: 'unknown_field',
    message: `Field \`${shown}\` is not part of model \`${model.name}\`.${hint}`,
    field: shown,
  }
}

function fault(code: Fault['code'], model: Model, field: string, text: string): Fault {
  return { code, message: `Field \`${field}\` of model \`${model.name}\` ${text}`, field }
}

/**
 * Filters: `{ productionId: id, zoom: { gt: 2, lte: 9 }, name: { in: […] } }` compiled to one test per row.
 *
 * Null equals null; a comparison with null is false, as in SQL; `ne` and `notIn` are the exact opposite
 * of `eq` and `in`, so null counts as different.
 */
import type { Field, Model } from '../../schema/model.ts'
import { showValue } from '../../schema/invalid-value.ts'
import { isRecord } from '../../schema/is-record.ts'
import { suggestion } from '../../schema/nearest-name.ts'
import { SynclineError } from '../../protocol/errors.ts'
import { refuseOtherType } from '../development.ts'
import { valueText } from '../value-text.ts'
import { compareValues } from './order.ts'
import type { AnyRow } from './row.ts'

/** What one field must be. A bare value means `{ eq: value }`. */
interface Comparisons {
  readonly eq?: unknown
  readonly ne?: unknown
  readonly gt?: unknown
  readonly gte?: unknown
  readonly lt?: unknown
  readonly lte?: unknown
  readonly in?: readonly unknown[]
  readonly notIn?: readonly unknown[]
}

/** Conditions by field; all must hold. */
export type AnyWhere = Readonly<Record<string, unknown>>

/** Compiled conditions of a query. */
export interface Filter {
  readonly matches: (row: AnyRow) => boolean
  /** A field and the values of which a matching row must have one: where changes look the query up. */
  readonly key: FilterKey | undefined
}

interface FilterKey {
  readonly field: string
  readonly values: readonly unknown[]
  /** The field is a reference, so rows can be found by its value. */
  readonly isReference: boolean
}

type Test = (value: unknown) => boolean
type Operator = keyof Comparisons

/** Compiles conditions; names a field, comparison or value that cannot be meant. */
export function compileFilter(model: Model, where: readonly AnyWhere[]): Filter {
  const conditions = where.flatMap((each) => Object.entries(each))
  const tests = conditions.flatMap(([name, wanted]) => compileCondition(model, name, wanted))
  return { matches: allOf(tests), key: findKey(model, conditions) }
}

interface FieldTest {
  readonly name: string
  readonly test: Test
}

function allOf(tests: readonly FieldTest[]): (row: AnyRow) => boolean {
  const always = (_row: AnyRow) => true
  return tests.reduce(
    (others, { name, test }) =>
      (row) =>
        others(row) && test(row[name] ?? null),
    always,
  )
}

function compileCondition(model: Model, name: string, wanted: unknown): FieldTest[] {
  const field = fieldOf(model, name)
  // An object is comparisons; whoever wants a JSON value to be equal writes `{ eq: value }`.
  if (!isRecord(wanted)) return [{ name, test: compileTest(model, name, field, 'eq', wanted) }]
  return Object.entries(wanted).map(([operator, operand]) => ({
    name,
    test: compileTest(model, name, field, operator as Operator, operand),
  }))
}

function compileTest(
  model: Model,
  name: string,
  field: Field | undefined,
  operator: Operator,
  operand: unknown,
): Test {
  const wrong = (remedy: string) =>
    invalid(`Condition \`${operator}\` of \`${model.name}.${name}\` is ${showValue(operand)}. ${remedy}`)
  if (operand === undefined) {
    throw wrong('Write a value, null for none, or leave it out.')
  }
  refuseOtherType(model, name, field, operator, operand)
  const compile = COMPILE[operator]
  if (!compile) {
    throw invalid(
      `\`${operator}\` is not a comparison.${suggestion(operator, Object.keys(COMPILE), 'Comparisons are')}`,
    )
  }
  try {
    return compile(operand, field)
  } catch {
    const kind = field ? field.kind + (field.array ? '[]' : '') : 'text'
    throw wrong(`Compare with a value of kind \`${kind}\`, by \`in\` and \`notIn\` with a list of them.`)
  }
}

const COMPILE: Record<Operator, (operand: unknown, field: Field | undefined) => Test> = {
  eq: (operand) => equals(operand),
  ne: (operand) => not(equals(operand)),
  gt: (operand: unknown, field) => compares(operand, field, (order) => order > 0),
  gte: (operand: unknown, field) => compares(operand, field, (order) => order >= 0),
  lt: (operand: unknown, field) => compares(operand, field, (order) => order < 0),
  lte: (operand: unknown, field) => compares(operand, field, (order) => order <= 0),
  in: (operand) => isOneOf(operand),
  notIn: (operand) => not(isOneOf(operand)),
}

function equals(operand: unknown): Test {
  if (!isObject(operand)) return (value) => value === operand
  const text = valueText(operand)
  return (value) => isObject(value) && valueText(value) === text
}

/** @throws when it is no list */
function isOneOf(operand: unknown): Test {
  const operands = operand as readonly unknown[]
  const plain = new Set(operands.filter((operand) => !isObject(operand)))
  const others = operands.filter(isObject).map(equals)
  if (others.length === 0) return (value) => plain.has(value)
  return (value) => plain.has(value) || others.some((test) => test(value))
}

/** @throws when no value compares with it */
function compares(operand: unknown, field: Field | undefined, holds: (order: number) => boolean): Test {
  if (operand === null) return () => false
  const compare = compareValues(field)
  if (field?.array && !Array.isArray(operand)) throw new TypeError('no list')
  compare(operand, operand)
  return (value) => value !== null && holds(compare(value, operand))
}

function not(test: Test): Test {
  return (value) => !test(value)
}

/** The first equality, else the first `in`, of plain values. */
function findKey(model: Model, conditions: readonly (readonly [string, unknown])[]): FilterKey | undefined {
  let key: FilterKey | undefined
  for (const [field, wanted] of conditions) {
    const isReference = model.fields[field]?.kind === 'reference'
    const comparisons: Comparisons = isRecord(wanted) ? wanted : { eq: wanted }
    if (comparisons.eq !== undefined && !isObject(comparisons.eq)) {
      return { field, values: [comparisons.eq], isReference }
    }
    if (comparisons.in && !comparisons.in.some(isObject)) {
      key ??= { field, values: [...new Set(comparisons.in)], isReference }
    }
  }
  return key
}

function fieldOf(model: Model, name: string): Field | undefined {
  const field = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined
  if (!field && name !== 'id') throw unknownField(model, name)
  return field
}

/** The error for a field that a query names and the model does not have. */
export function unknownField(model: Model, name: string): SynclineError {
  const known = ['id', ...model.fieldNames]
  return new SynclineError(
    'unknown_field',
    `Field \`${name}\` is not part of model \`${model.name}\`.${suggestion(name, known, 'Its fields are')}`,
    { field: name },
  )
}

function invalid(message: string): SynclineError {
  return new SynclineError('invalid_value', message)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

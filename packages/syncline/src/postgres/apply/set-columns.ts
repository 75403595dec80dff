/**
 * The ops of a set as columns: an array for each thing that they say, as PostgreSQL reads arrays. Taking JSON apart costs
 * it a tenth of a write more (`bench`: G6).
 *
 * In the order of the parameters: places in the group, ids, bases, devices, numbers, authors, whether an answer is wanted;
 * then the values of the rules, then those of the fields. A column that says nothing is null.
 */
import type { Field } from '../../schema/model.ts'
import { columnType } from '../capture/column-type.ts'
import { atMost, numberOf } from './payload.ts'
import type { PreparedOp } from './prepare-op.ts'
import type { GroupOp } from './runs.ts'
import { idTypeOf, literal, SELF, type ShapeText } from './shape-strings.ts'
import type { Shape, ShapeField } from './shape.ts'

/** Names of the columns that every set has, and their types; the type of an id is its model's. */
const COLUMNS = [
  ['place', 'integer'],
  ['id', undefined],
  ['base', 'integer'],
  ['device', 'text'],
  ['number', 'bigint'],
  ['actor', 'text'],
  ['is_answered', 'boolean'],
] as const

/** A function has at most 100 parameters, and a call in its text at most 100 arguments, two for a field. */
const MAX_FIELDS = 40

/** Whether ops of a shape may be said in columns. */
export function fitsInColumns({ fields, read, when }: Shape): boolean {
  return fields.length + read.values.length + when.values.length <= MAX_FIELDS
}

/** Types of the parameters. */
export function columnTypes({ shape, ruleTypes }: ShapeText): string {
  return [
    ...COLUMNS.map(([, type]) => type ?? idTypeOf(shape)),
    ...ruleTypes.map(() => 'text'),
    ...shape.fields.map(fieldType),
  ]
    .map((type) => `${type}[]`)
    .join(', ')
}

/** As what a field's value comes. */
export function fieldType(entry: ShapeField): 'text' | 'jsonb' {
  return isText(entry) ? 'text' : 'jsonb'
}

/** The ops as rows, with what variables have elsewhere under the same names: `syncline_op.base`, `syncline_op.rule_0`. */
export function columnRows(text: ShapeText): string {
  const { shape, ruleTypes } = text
  const columns = [
    ...COLUMNS.map(([name]) => `o.${name}`),
    ...ruleTypes.map((type, index) => `o.rule_${index}::${type} as rule_${index}`),
    ...shape.fields.map((_, index) => `o.field_${index}`),
  ]
  return `(\n        select ${columns.join(', ')} from ${unnested(text)}\n      ) as ${SELF}`
}

/** The value of a field's column in `columnRows`, from its text where that is all there is to it. */
export function textValue(entry: ShapeField, index: number): string | undefined {
  return isText(entry) ? `${fieldColumn(index)}::${columnType(entry.field)}` : undefined
}

/** The wire value of a field in `columnRows`, as jsonb. */
export function fieldColumn(index: number): string {
  return `${SELF}.field_${index}`
}

/** A query for ops as `payload.ts` writes them, without their settings; of those that fulfil `where`, in their order. */
export function columnsAsPayloads(text: ShapeText, where: string): string {
  const { shape, ruleTypes } = text
  const fields = shape.fields.map((entry, index) => {
    const value = isText(entry) ? `to_jsonb(o.field_${index})` : `o.field_${index}`
    return `${literal(entry.field.name)}, coalesce(${value}, 'null')`
  })
  return `select jsonb_strip_nulls(jsonb_build_object('i', o.place, 'n', o.number, 'id', o.id::text, 'b', o.base,
          'd', o.device, 'a', o.actor, 'w', o.is_answered))
        || jsonb_build_object('r', jsonb_build_array(${ruleTypes.map((_, index) => `o.rule_${index}`).join(', ')}),
          'f', jsonb_build_object(${fields.join(', ')}))
      from ${unnested(text)} where ${where} order by o.place`
}

/** Values of the parameters. */
export function columnValues(ops: readonly GroupOp[]): (string | null)[] {
  const shape = (ops[0] as GroupOp).prepared.shape
  const rules = (ops[0] as GroupOp).prepared.ruleValues
  return [
    plainArray(ops, ({ options }) => options.place),
    textArray(ops, ({ prepared }) => prepared.op.id),
    plainArray(ops, ({ prepared }) => atMost(prepared.op.base)),
    textArray(ops, ({ author }) => author.device ?? author.loggedDevice),
    plainArray(ops, ({ author, prepared }) => numberOf(author, prepared.op.n)),
    textArray(ops, ({ author }) => author.userId),
    plainArray(ops, ({ options }) => options.isAnswered || undefined),
    ...rules.map((_, index) => textArray(ops, ({ prepared }) => prepared.ruleValues[index])),
    ...shape.fields.map((entry) => textArray(ops, ({ prepared }) => fieldValue(prepared, entry))),
  ]
}

/** Kinds whose wire value is a string, and whose column is that string read by PostgreSQL. */
const TEXT_KINDS: ReadonlySet<Field['kind']> = new Set([
  'text',
  'bigint',
  'decimal',
  'timestamp',
  'date',
  'uuid',
  'enum',
])

function isText({ field, form }: ShapeField): boolean {
  return form === 'plain' && !field.array && TEXT_KINDS.has(field.kind)
}

function unnested({ shape, ruleTypes }: ShapeText): string {
  const names = [
    ...COLUMNS.map(([name]) => name),
    ...ruleTypes.map((_, index) => `rule_${index}`),
    ...shape.fields.map((_, index) => `field_${index}`),
  ]
  return `unnest(${names.map((_, index) => `$${index + 1}`).join(', ')}) as o (${names.join(', ')})`
}

/** What an op gives a field. */
export function fieldValue({ fields }: PreparedOp, entry: ShapeField): string | null {
  const value = fields[entry.field.name]
  return isText(entry) ? (value as string | null) : JSON.stringify(value)
}

type Read<T> = (op: GroupOp) => T | null | undefined

/** For numbers and booleans. */
function plainArray(ops: readonly GroupOp[], read: Read<number | boolean>): string | null {
  const values = valuesOf(ops, read)
  return values && `{${JSON.stringify(values).slice(1, -1)}}`
}

const SPECIAL = /["\\]/g

function textArray(ops: readonly GroupOp[], read: Read<string>): string | null {
  const values = valuesOf(ops, read)
  if (!values) return null
  // One text made at once: pieces of it are a tenth of what a set leaves to the garbage collector (`bench`: G6).
  const text = JSON.stringify(values)
  // What JSON writes with a backslash is not all the same to PostgreSQL.
  return `{${text.includes('\\') ? values.map(quoted).join(',') : text.slice(1, -1)}}`
}

/** What each op says; null when none says anything. */
function valuesOf<T>(ops: readonly GroupOp[], read: Read<T>): (T | null)[] | null {
  const values = ops.map((op) => read(op) ?? null)
  return values.some((value) => value !== null) ? values : null
}

function quoted(value: string | null): string {
  return value === null ? 'null' : `"${value.replace(SPECIAL, '\\$&')}"`
}

/** What `?name=…&limit=…&after=…` of a list asks for. Pure. */
import { SynclineError } from '../../../protocol/errors.ts'
import { checkValue } from '../../../schema/check-fields.ts'
import { InvalidValue } from '../../../schema/invalid-value.ts'
import type { CompiledSchema, Field, Model } from '../../../schema/model.ts'
import { suggestion } from '../../../schema/nearest-name.ts'
import type { Ids } from '../../../server/ids/ids.ts'
import { unrepeated } from '../unrepeated.ts'

/** Records of one page, at most and by default. */
const LONGEST_PAGE = 1_000

export interface ListQuery {
  readonly limit: number
  /** Id of the last record of the page before. */
  readonly after?: string
  /** Fields that must equal these wire values; null is `is null`. */
  readonly equal: readonly (readonly [Field, string | number | boolean | null])[]
}

/** How ids in parameters are spelled. */
interface IdContext {
  readonly schema: CompiledSchema
  readonly ids: Ids
}

/** Reads the parameters; throws a `SynclineError` that names the one at fault. */
export function listQueryOf(
  { schema, ids }: IdContext,
  model: Model,
  parameters: URLSearchParams,
): ListQuery {
  const equal: [Field, string | number | boolean | null][] = []
  let limit = LONGEST_PAGE
  let after: string | undefined
  for (const [name, value] of unrepeated(parameters)) {
    const field = model.fields[name]
    if (field) equal.push([field, filterValue(field, value, schema.models[field.references ?? ''], ids)])
    else if (name === 'limit') limit = limitOf(value)
    else if (name === 'after') after = idOf(ids, model, value)
    else throw unknownParameter(model, name)
  }
  return { limit, after, equal }
}

/** Kinds whose equality a URL can say. */
const FILTERED = new Set([
  'text',
  'integer',
  'bigint',
  'decimal',
  'boolean',
  'timestamp',
  'date',
  'uuid',
  'enum',
  'reference',
])

/** An empty parameter of anything but text asks for records without a value. */
function filterValue(
  field: Field,
  text: string,
  target: Model | undefined,
  ids: Ids,
): string | number | boolean | null {
  if (field.array || !FILTERED.has(field.kind)) {
    throw invalid(
      field.name,
      `Field \`${field.name}\` is ${field.array ? 'a list' : field.kind} and cannot be a filter. Load the list and choose there.`,
    )
  }
  if (text === '' && field.kind !== 'text' && field.nullable) return null
  const wire = target ? ids.decode(target, text) : wireOf(field, text)
  const value = wire === null ? null : checkValue(field, wire)
  if (value instanceof InvalidValue || typeof value === 'object') {
    throw invalid(
      field.name,
      `\`${field.name}\` cannot equal ${JSON.stringify(text.slice(0, 100))}. Write a value of kind ${field.kind}.`,
    )
  }
  return value as string | number | boolean | null
}

function wireOf(field: Field, text: string): unknown {
  if (field.kind === 'integer') return /^-?\d+$/.test(text) ? Number(text) : text
  if (field.kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

function limitOf(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= LONGEST_PAGE) return limit
  throw invalid(
    'limit',
    `\`limit\` is not a number from 1 to ${LONGEST_PAGE}. Leave it out for ${LONGEST_PAGE}.`,
  )
}

function idOf(ids: Ids, model: Model, text: string): string {
  const id = ids.decode(model, text)
  if (id !== null) return id
  throw invalid('after', `\`after\` is no id of \`${model.name}\`. Use \`next\` of the page before.`)
}

function unknownParameter(model: Model, name: string): SynclineError {
  const hint = suggestion(name, [...model.fieldNames, 'limit', 'after'], 'Parameters are')
  return new SynclineError(
    'unknown_field',
    `\`${name.slice(0, 100)}\` is no parameter of this list.${hint}`,
    { field: name.slice(0, 100) },
  )
}

function invalid(field: string, message: string): SynclineError {
  return new SynclineError('invalid_value', message, { field })
}

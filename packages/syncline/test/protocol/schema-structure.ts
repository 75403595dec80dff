/** The structure of a message's schema as plain data, without descriptions: for its hash and its documentation. */
import type { GenericSchema } from 'valibot'

export interface Structure {
  readonly type: string
  readonly optional?: true
  readonly nullable?: true
  readonly literal?: unknown
  readonly options?: readonly unknown[]
  readonly item?: Structure
  readonly entries?: Readonly<Record<string, Structure>>
  /** Names and requirements of further checks. */
  readonly checks?: readonly (readonly unknown[])[]
}

interface AnySchema {
  readonly type: string
  readonly literal?: unknown
  readonly options?: readonly unknown[]
  readonly item?: AnySchema
  readonly value?: AnySchema
  readonly wrapped?: AnySchema
  readonly entries?: Readonly<Record<string, AnySchema>>
  readonly pipe?: readonly { readonly kind: string; readonly type: string; readonly requirement?: unknown }[]
}

export function structureOf(schema: GenericSchema): Structure {
  return structure(schema as unknown as AnySchema)
}

function structure(schema: AnySchema): Structure {
  if (schema.wrapped !== undefined) {
    const flag = schema.type === 'optional' ? { optional: true as const } : { nullable: true as const }
    return { ...structure(schema.wrapped), ...flag }
  }
  const checks = checksOf(schema)
  const item = schema.item ?? schema.value
  return {
    type: schema.type,
    ...('literal' in schema && { literal: schema.literal }),
    ...(schema.options && { options: schema.options }),
    ...(item && { item: structure(item) }),
    ...(schema.entries && { entries: mapValues(schema.entries, structure) }),
    ...(checks.length > 0 && {
      checks: checks.map(({ type, requirement }) =>
        typeof requirement === 'function' ? [type] : [type, requirement],
      ),
    }),
  }
}

// A pipe may begin with a schema that has a pipe itself.
function checksOf(schema: AnySchema): readonly { readonly type: string; readonly requirement?: unknown }[] {
  const [first, ...others] = schema.pipe ?? []
  const inner =
    first === undefined || (first as unknown) === schema ? [] : checksOf(first as unknown as AnySchema)
  return [...inner, ...others.filter(({ kind }) => kind === 'validation')]
}

function mapValues<From, To>(
  object: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]))
}

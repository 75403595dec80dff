/** Which kind of field, and which type of id, a column of the catalog is. */
import type { FieldKind, IdType } from '../../schema/model.ts'
import type { CatalogColumn } from './catalog.ts'

const KINDS: Readonly<Record<string, Exclude<FieldKind, 'enum' | 'reference'>>> = {
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  citext: 'text',
  name: 'text',
  int2: 'integer',
  int4: 'integer',
  int8: 'bigint',
  float4: 'number',
  float8: 'number',
  numeric: 'decimal',
  bool: 'boolean',
  timestamptz: 'timestamp',
  timestamp: 'timestamp',
  date: 'date',
  json: 'json',
  jsonb: 'json',
  uuid: 'uuid',
  bytea: 'bytes',
}

const IDS: Readonly<Record<string, IdType>> = {
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  citext: 'text',
  uuid: 'uuid',
  int2: 'integer',
  int4: 'integer',
  int8: 'bigint',
}

/** Kind of the column's values, or of its elements; undefined when there is none. */
export function kindOf({ type, isEnum, labels }: CatalogColumn): Exclude<FieldKind, 'reference'> | undefined {
  // An empty label cannot be told from no value in a form, so the declaration does not take it.
  if (isEnum) return labels.includes('') || labels.length === 0 ? undefined : 'enum'
  return Object.hasOwn(KINDS, type) ? KINDS[type] : undefined
}

/** Type of the ids in the column; undefined when it can hold none. */
export function idTypeOf({ type, isArray, generated }: CatalogColumn): IdType | undefined {
  return isArray || generated !== null || !Object.hasOwn(IDS, type) ? undefined : IDS[type]
}

/** Whether a column can hold the ids of a model whose ids are of this type. */
export function holdsIds(column: CatalogColumn, type: IdType): boolean {
  const own = idTypeOf(column)
  return own === type || (type === 'bigint' && own === 'integer')
}

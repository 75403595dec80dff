/** `useQuery('camera', { where: { productionId: id }, orderBy: 'name' })`: a query as plain data, so that a render can repeat it. */
import type { Client } from '../client/client.ts'
import type { Observable } from '../client/observable.ts'
import type { Direction } from '../client/query/order.ts'
import type { Where } from '../client/query/query.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { FieldName, ModelName, RelationName } from '../schema/row-types.ts'
import { modelNamed } from './entity-name.ts'

/** A field, or a field with its direction: `'name'`, `{ zoom: 'desc' }`. */
export type OrderBy<S extends Schema, M extends ModelName<S>> =
  | FieldName<S, M>
  | 'id'
  | { readonly [F in FieldName<S, M> | 'id']?: Direction }

export interface QueryOptions<
  S extends Schema,
  M extends ModelName<S>,
  N extends RelationName<S, M> = never,
> {
  /** Conditions by field; all must hold. */
  readonly where?: Where<S, M>
  /** What to sort by, and equal rows by the next. @default by id */
  readonly orderBy?: OrderBy<S, M> | readonly OrderBy<S, M>[]
  /** Keeps the first rows only. */
  readonly limit?: number
  /** Related records to add to every row. */
  readonly include?: readonly N[]
  /** False reads nothing, and waits for nothing. @default true */
  readonly enabled?: boolean
}

/** Options of a Suspense variant, which cannot be switched off: leave its component out instead. */
export type SuspenseQueryOptions<
  S extends Schema,
  M extends ModelName<S>,
  N extends RelationName<S, M> = never,
> = Omit<QueryOptions<S, M, N>, 'enabled'>

/** Options whose types the schema has checked already. */
export interface AnyQueryOptions {
  readonly where?: Readonly<Record<string, unknown>>
  readonly orderBy?: AnyOrderBy | readonly AnyOrderBy[]
  readonly limit?: number
  readonly include?: readonly string[]
  readonly enabled?: boolean
}

type AnyOrderBy = string | Readonly<Record<string, Direction | undefined>>
/** What every row has. */
export type AnyRow = { readonly id: string }

/** A query of which only what every model has is known. */
interface AnyQuery extends Observable<readonly AnyRow[]> {
  where(conditions: object): AnyQuery
  orderBy(field: string, direction?: Direction): AnyQuery
  limit(count: number): AnyQuery
  include(...relations: readonly string[]): AnyQuery
}

/**
 * Writes the query.
 * @throws SynclineError naming a field, comparison or relation that does not exist
 */
export function writeQuery(client: Client<Schema>, model: string, options: AnyQueryOptions): AnyQuery {
  const all = client.query[modelNamed(client, model)] as unknown as AnyQuery
  let query = all.where(options.where ?? {})
  for (const [field, direction] of orderingsOf(options)) query = query.orderBy(field, direction)
  if (options.limit !== undefined) query = query.limit(options.limit)
  if (options.include) query = query.include(...options.include)
  return query
}

function orderingsOf({ orderBy = [] }: AnyQueryOptions): [field: string, direction?: Direction][] {
  const list = (Array.isArray(orderBy) ? orderBy : [orderBy]) as readonly AnyOrderBy[]
  return list.flatMap((each): [string, Direction?][] =>
    typeof each === 'string' ? [[each]] : (Object.entries(each) as [string, Direction][]),
  )
}

/** The same text for options that mean the same, in whatever order their conditions are written. */
export function queryKey(model: string, options: AnyQueryOptions): string {
  return JSON.stringify({ ...options, model, orderBy: orderingsOf(options) }, plain)
}

/** Sorts the members of objects, and tells apart what JSON does not, such as NaN and null. */
function plain(_: string, value: unknown): unknown {
  if (typeof value === 'string' || value === null || Array.isArray(value)) return value
  // No text of a database contains NUL, so none is written like this.
  if (typeof value !== 'object') return `\0${typeof value} ${value}`
  return Object.fromEntries(Object.entries(value).sort())
}

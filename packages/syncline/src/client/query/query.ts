/**
 * Queries as pages write them: `client.query.camera.where({ productionId: id }).orderBy('name').limit(20)`.
 *
 * Each call gives a new query; reading or subscribing compiles it once. Types follow the schema.
 */
import type { Schema } from '../../schema/define-schema.ts'
import type { Model } from '../../schema/model.ts'
import type { FieldName, ModelName, RelationName, Relations, Row } from '../../schema/row-types.ts'
import { SynclineError } from '../../protocol/errors.ts'
import type { Observable } from '../observable.ts'
import { type AnyWhere, compileFilter, unknownField } from './filter.ts'
import { compileIncludes } from './include.ts'
import { LiveQuery, type QueryHost } from './live-query.ts'
import { compileOrder, type Direction, type Ordering } from './order.ts'

/** What one field must be: a value, or comparisons of which all must hold. */
export type Condition<Value> = Value | ComparisonsOf<Value>

export interface ComparisonsOf<Value> {
  readonly eq?: Value
  readonly ne?: Value
  readonly gt?: NonNullable<Value>
  readonly gte?: NonNullable<Value>
  readonly lt?: NonNullable<Value>
  readonly lte?: NonNullable<Value>
  readonly in?: readonly Value[]
  readonly notIn?: readonly Value[]
}

/** Conditions by field; all must hold. */
export type Where<S extends Schema, M extends ModelName<S>> = {
  readonly [F in keyof Row<S, M>]?: Condition<Row<S, M>[F]>
}

/** The related records that `include` adds to a row. */
export type Included<S extends Schema, M extends ModelName<S>, Names> = {
  readonly [N in Names & RelationName<S, M>]: Relations<S, M>[N] extends {
    kind: infer Kind
    to: infer To extends ModelName<S>
  }
    ? Kind extends 'many'
      ? readonly Row<S, To>[]
      : Row<S, To> | undefined
    : never
}

/** A live query: `current` is kept up to date while somebody listens, and is the same array until it changes. */
export interface Query<S extends Schema, M extends ModelName<S>, Result = Row<S, M>>
  extends Observable<readonly Result[]> {
  /** Adds conditions to those before. */
  where(conditions: Where<S, M>): Query<S, M, Result>
  /** Sorts by a field, and equal ones by the next call's. @default by id */
  orderBy(field: FieldName<S, M> | 'id', direction?: Direction): Query<S, M, Result>
  /** Keeps the first rows only. */
  limit(count: number): Query<S, M, Result>
  /** Adds related records to every row. */
  include<const N extends RelationName<S, M>>(
    ...relations: readonly N[]
  ): Query<S, M, Result & Included<S, M, N>>
  /** The first row, if there is one. */
  first(): Result | undefined
}

/** What a query says, before it is compiled. */
interface Written {
  readonly where: readonly AnyWhere[]
  readonly orderings: readonly Ordering[]
  readonly limit: number | undefined
  readonly includes: readonly string[]
}

const EVERYTHING: Written = { where: [], orderings: [], limit: undefined, includes: [] }

/** Begins a query over all visible records of a model. */
export function createQuery<S extends Schema, M extends ModelName<S>>(
  schema: S,
  model: M,
  host: QueryHost,
): Query<S, M> {
  const compiled = schema.models[model] as Model
  return new WrittenQuery({ schema, model: compiled, host }, EVERYTHING) as unknown as Query<S, M>
}

/** Where a query looks. */
interface Place {
  readonly schema: Schema
  readonly model: Model
  readonly host: QueryHost
}

class WrittenQuery {
  readonly #place: Place
  readonly #written: Written
  #live: LiveQuery | undefined

  constructor(place: Place, written: Written) {
    this.#place = place
    this.#written = written
  }

  where(conditions: AnyWhere): WrittenQuery {
    return this.#with({ where: [...this.#written.where, conditions] })
  }

  orderBy(field: string, direction: Direction = 'asc'): WrittenQuery {
    const { model } = this.#place
    if (field !== 'id' && !Object.hasOwn(model.fields, field)) throw unknownField(model, field)
    return this.#with({ orderings: [...this.#written.orderings, { field, direction }] })
  }

  limit(count: number): WrittenQuery {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new SynclineError('invalid_value', `The limit is ${count}. Write a whole number of rows, from 0.`)
    }
    return this.#with({ limit: count })
  }

  include(...relations: readonly string[]): WrittenQuery {
    return this.#with({ includes: [...new Set([...this.#written.includes, ...relations])] })
  }

  get current(): readonly unknown[] {
    return this.#compiled().current
  }

  first(): unknown {
    return this.current[0]
  }

  subscribe(listener: () => void): () => void {
    return this.#compiled().subscribe(listener)
  }

  #with(change: Partial<Written>): WrittenQuery {
    return new WrittenQuery(this.#place, { ...this.#written, ...change })
  }

  #compiled(): LiveQuery {
    return (this.#live ??= compile(this.#place, this.#written))
  }
}

function compile({ schema, model, host }: Place, written: Written): LiveQuery {
  const plan = {
    model: model.name,
    filter: compileFilter(model, written.where),
    compare: compileOrder(model, written.orderings),
    limit: written.limit,
    includes: compileIncludes(schema, model.name, written.includes, host),
  }
  return new LiveQuery(plan, host)
}

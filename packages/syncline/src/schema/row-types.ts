/** Types of rows, inferred from a schema: `Row<typeof schema, 'camera'>`. */
import type { DeclarationOf, Schema } from './define-schema.ts'
import type { ModelDeclaration } from './declaration.ts'
import type { FieldDeclaration } from './field-declaration.ts'

/** Names of a schema's models. */
export type ModelName<S extends Schema> = keyof DeclarationOf<S>['models'] & string

/** Names of the models that are rooms. */
export type RoomName<S extends Schema> = keyof NonNullable<DeclarationOf<S>['rooms']> & string

/** Names of the models that are shared. */
type SharedName<S extends Schema> = {
  [M in ModelName<S>]: DeclarationOf<S>['models'][M] extends ModelDeclaration<infer _Fields, infer Shared>
    ? true extends Shared
      ? M
      : never
    : never
}[ModelName<S>]

/** Names of the models that can be joined: rooms by id or as `'mine'`, shared ones as `'all'`. */
export type JoinableName<S extends Schema> = RoomName<S> | SharedName<S>

type FieldsOf<S extends Schema, M extends ModelName<S>> = DeclarationOf<S>['models'][M]['fields']

/** Names of a model's fields, without the id. */
export type FieldName<S extends Schema, M extends ModelName<S>> = keyof FieldsOf<S, M> & string

type TypesOf<F> =
  F extends FieldDeclaration<
    infer Value,
    infer Kind,
    infer Nullable,
    infer Optional,
    infer Policy,
    infer Target
  >
    ? { value: Value; kind: Kind; nullable: Nullable; optional: Optional; policy: Policy; target: Target }
    : never

type Value<F> =
  TypesOf<F> extends { value: infer V; nullable: infer N } ? (N extends true ? V | null : V) : never

type Shown<T> = { [K in keyof T]: T[K] }

/** A record as it is read. */
export type Row<S extends Schema, M extends ModelName<S>> = Shown<
  { readonly id: string } & { readonly [F in FieldName<S, M>]: Value<FieldsOf<S, M>[F]> }
>

// Nullable, defaulted, counting and collecting fields have a value without being named.
type IsOptional<F> =
  TypesOf<F> extends { nullable: infer N; optional: infer O; policy: infer P }
    ? N extends true
      ? true
      : O extends true
        ? true
        : P extends 'counter' | 'set'
          ? true
          : false
    : never

type OptionalField<S extends Schema, M extends ModelName<S>> = {
  [F in FieldName<S, M>]: IsOptional<FieldsOf<S, M>[F]> extends true ? F : never
}[FieldName<S, M>]

/** A record as it is created: what may be null or has a default need not be named, and without an id one is made. */
export type NewRow<S extends Schema, M extends ModelName<S>> = Shown<
  { readonly id?: string } & {
    readonly [F in Exclude<FieldName<S, M>, OptionalField<S, M>>]: Value<FieldsOf<S, M>[F]>
  } & { readonly [F in OptionalField<S, M>]?: Value<FieldsOf<S, M>[F]> }
>

type Operator<F> =
  TypesOf<F> extends { policy: infer P; value: infer V }
    ? P extends 'counter'
      ? Increment<V>
      : P extends 'set'
        ? SetChange<V>
        : never
    : never

/** Adds to a counter whatever others add meanwhile. */
export interface Increment<V> {
  readonly $inc: V
}

/** Adds elements to a set and removes others, whatever others do meanwhile. */
export interface SetChange<V> {
  readonly $add?: V
  readonly $remove?: V
}

/** What an update names: only the fields that change; counters and sets also take their operators. */
export type Changes<S extends Schema, M extends ModelName<S>> = {
  readonly [F in FieldName<S, M>]?: Value<FieldsOf<S, M>[F]> | Operator<FieldsOf<S, M>[F]>
}

type ReferenceField<S extends Schema, M extends ModelName<S>> = {
  [F in FieldName<S, M>]: TypesOf<FieldsOf<S, M>[F]>['kind'] extends 'reference' ? F : never
}[FieldName<S, M>]

type ToOne<S extends Schema, M extends ModelName<S>> = {
  readonly [F in ReferenceField<S, M> as F extends `${infer Name}Id` ? Name : F]: {
    readonly kind: 'one'
    readonly to: TypesOf<FieldsOf<S, M>[F]>['target'] & ModelName<S>
  }
}

type DeclaredRelations<S extends Schema, M> =
  DeclarationOf<S> extends { readonly relations: infer All }
    ? M extends keyof All
      ? All[M]
      : Record<never, never>
    : Record<never, never>

type ToMany<S extends Schema, M extends ModelName<S>> = {
  readonly [R in keyof DeclaredRelations<S, M>]: DeclaredRelations<S, M>[R] extends {
    kind: infer K
    target: infer T
  }
    ? { readonly kind: K extends 'hasOne' ? 'one' : 'many'; readonly to: T & ModelName<S> }
    : never
}

/** A model's relations by name: to how many, and to which model. */
export type Relations<S extends Schema, M extends ModelName<S>> = Shown<ToOne<S, M> & ToMany<S, M>>

/** Names of a model's relations, for `include`. */
export type RelationName<S extends Schema, M extends ModelName<S>> = keyof Relations<S, M> & string

/** Fields as they are declared: what each kind holds, and what may be said about it. Types carry the row's types. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { ConflictPolicy, FieldKind } from './model.ts'

/** What a declaration has said about a field. */
export interface FieldSettings {
  readonly kind: FieldKind
  readonly array: boolean
  readonly nullable: boolean
  readonly default?: unknown
  readonly hasDefault: boolean
  readonly filledByDatabase: boolean
  readonly filler?: string
  readonly values?: readonly string[]
  readonly references?: string
  readonly onConflict: ConflictPolicy
  readonly validator?: StandardSchemaV1
  readonly column?: string
  readonly as?: 'bigint'
  /** What is wrong with the elements of an array, found when it was declared. */
  readonly mistake?: string
}

/** Policies that fit a kind of field; the type side of a check that `defineSchema` repeats. */
export type PolicyFor<Kind> =
  | 'overwrite'
  | 'keep'
  | 'ask'
  | (Kind extends 'integer' | 'bigint' | 'number' | 'decimal' ? 'counter' : never)
  | (Kind extends 'array' ? 'set' : never)

/**
 * A declared field. Every method returns a new declaration, so one can be kept and reused.
 * `Kind` is the kind of value, or `array`; `Optional` is true when a new record need not name the field.
 */
export class FieldDeclaration<
  Value = unknown,
  Kind extends FieldKind | 'array' = FieldKind | 'array',
  Nullable extends boolean = boolean,
  Optional extends boolean = boolean,
  Policy extends ConflictPolicy = ConflictPolicy,
  Target extends string = string,
> {
  /** Exists for the type checker only. */
  declare readonly types?: {
    value: Value
    kind: Kind
    nullable: Nullable
    optional: Optional
    policy: Policy
    target: Target
  }
  readonly settings: FieldSettings

  constructor(settings: FieldSettings) {
    this.settings = settings
  }

  /** Allows null. */
  nullable(): FieldDeclaration<Value, Kind, true, Optional, Policy, Target> {
    return new FieldDeclaration({ ...this.settings, nullable: true })
  }

  /** Gives the value of a new record that does not name the field. */
  default(value: Value): FieldDeclaration<Value, Kind, Nullable, true, Policy, Target> {
    return new FieldDeclaration({ ...this.settings, default: value, hasDefault: true })
  }

  /**
   * Says that the database fills the column (a column default, a trigger) when a new record does not name it.
   * `expression` is the column's default in SQL, used where `migrate` makes the column. Without it a timestamp or date
   * gets the time of the write, a uuid a random one, an integer or bigint the next number; other kinds need it.
   */
  filledByDatabase(expression?: string): FieldDeclaration<Value, Kind, Nullable, true, Policy, Target> {
    return new FieldDeclaration({
      ...this.settings,
      filledByDatabase: true,
      ...(expression !== undefined && { filler: expression }),
    })
  }

  /** Says what happens when two authors change the field without having seen each other. @default 'overwrite' */
  onConflict<Chosen extends PolicyFor<Kind>>(
    policy: Chosen,
  ): FieldDeclaration<Value, Kind, Nullable, Optional, Chosen, Target> {
    return new FieldDeclaration({ ...this.settings, onConflict: policy })
  }

  /**
   * Adds a validator that any Standard Schema library makes (Valibot, Zod, ArkType). It runs after the built-in
   * checks on the device and on the server, must be synchronous, is not asked about null, and only judges: the
   * value is stored as written, not as the validator returns it. Its output type narrows the field's. How far a
   * counter is stepped (`$inc`) is not judged, nor what becomes of it: a check constraint of the database bounds that.
   */
  validate<Narrow extends Value>(
    validator: StandardSchemaV1<Value, Narrow>,
  ): FieldDeclaration<Narrow, Kind, Nullable, Optional, Policy, Target> {
    return new FieldDeclaration({ ...this.settings, validator: validator as StandardSchemaV1 })
  }

  /** Names the column when it is not the field's name in snake_case. */
  column(name: string): FieldDeclaration<Value, Kind, Nullable, Optional, Policy, Target> {
    return new FieldDeclaration({ ...this.settings, column: name })
  }
}

type Declared<Value, Kind extends FieldKind | 'array', Target extends string = never> = FieldDeclaration<
  Value,
  Kind,
  false,
  false,
  'overwrite',
  Target
>

const plain = {
  array: false,
  nullable: false,
  hasDefault: false,
  filledByDatabase: false,
  onConflict: 'overwrite',
} as const

function declared<Value, Kind extends FieldKind>(kind: Kind): Declared<Value, Kind> {
  return new FieldDeclaration({ ...plain, kind })
}

/** Text without `\u0000` and lone surrogates, which PostgreSQL cannot store. */
export const text = (): Declared<string, 'text'> => declared('text')

/** A whole number of 32 bits. */
export const integer = (): Declared<number, 'integer'> => declared('integer')

/** A whole number of 64 bits: a decimal string, or with `{ as: 'bigint' }` a `bigint` in rows; on the wire always a string. */
export function bigint<const Options extends { readonly as?: 'bigint' } = Record<never, never>>(
  options?: Options,
): Declared<Options extends { readonly as: 'bigint' } ? bigint : string, 'bigint'> {
  return new FieldDeclaration({ ...plain, kind: 'bigint', ...(options?.as === 'bigint' && { as: 'bigint' }) })
}

/** A floating-point number of 64 bits. JSON has no NaN and no infinity: on the wire they are strings. */
export const number = (): Declared<number, 'number'> => declared('number')

/** An exact decimal number of any length, as a string: `'19.90'`. */
export const decimal = (): Declared<string, 'decimal'> => declared('decimal')

export const boolean = (): Declared<boolean, 'boolean'> => declared('boolean')

/** A point in time as ISO text with an offset, kept to the microsecond: `'2026-02-12T10:00:00.123456+00:00'`. */
export const timestamp = (): Declared<string, 'timestamp'> => declared('timestamp')

/** A day of the calendar: `'2026-02-12'`. */
export const date = (): Declared<string, 'date'> => declared('date')

/** Any JSON at most 64 levels deep; `json<Settings>()` types it, `validate` also checks it. */
export const json = <Value = JsonValue>(): Declared<Value, 'json'> => declared('json')

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** A UUID in lower case. */
export const uuid = (): Declared<string, 'uuid'> => declared('uuid')

/** Binary data as base64 text. */
export const bytes = (): Declared<string, 'bytes'> => declared('bytes')

/** One of the listed texts; stored as text or in a database enum. */
export function oneOf<const Values extends readonly [string, ...string[]]>(
  ...values: Values
): Declared<Values[number], 'enum'> {
  return new FieldDeclaration({ ...plain, kind: 'enum', values })
}

/**
 * A list of values of one kind: `array(text())`. Lists that other programs have written may hold nulls; these arrive and
 * are stored as they are, and a validator can refuse them.
 */
export function array<Value, Kind extends Exclude<FieldKind, 'reference'>>(
  element: FieldDeclaration<Value, Kind, false, false, 'overwrite', never>,
): Declared<readonly Value[], 'array'> {
  const { settings } = element
  const mistake = elementMistake(settings)
  return new FieldDeclaration({
    ...plain,
    kind: settings.kind,
    array: true,
    ...(settings.values && { values: settings.values }),
    ...(settings.as && { as: settings.as }),
    ...(mistake !== undefined && { mistake }),
  })
}

/** The id of a record of another model; `cameraId: reference('camera')` also gives the relation `camera`. */
export function reference<const Target extends string>(
  target: Target,
): Declared<string, 'reference', Target> {
  return new FieldDeclaration({ ...plain, kind: 'reference', references: target })
}

function elementMistake(element: FieldSettings): string | undefined {
  if (element.array) return 'is an array of arrays. Use json() for nested lists.'
  if (element.kind === 'reference')
    return 'is an array of references. Declare a model between the two and relate them with manyToMany.'
  const said =
    element.nullable || element.hasDefault || element.filledByDatabase || element.validator || element.column
  if (said || element.onConflict !== 'overwrite') {
    return 'has settings on its elements. Put nullable, default, validate, column and onConflict on the array: array(text()).nullable().'
  }
  return undefined
}

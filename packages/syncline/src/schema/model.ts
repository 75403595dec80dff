/** The compiled form of a declaration: what every other folder reads. Pure data, made once by `defineSchema`. */
import type { StandardSchemaV1 } from '@standard-schema/spec'

/** How a value is stored in PostgreSQL and written on the wire. */
export type FieldKind =
  | 'text' // text | JSON string
  | 'integer' // int4 | JSON number
  | 'bigint' // int8 | decimal string
  | 'number' // float8 | JSON number, or 'NaN' | 'Infinity' | '-Infinity'
  | 'decimal' // numeric | decimal string, or 'NaN' | 'Infinity' | '-Infinity'
  | 'boolean'
  | 'timestamp' // timestamptz | ISO text with microseconds, or 'infinity' | '-infinity'
  | 'date' // date | 'YYYY-MM-DD', or 'infinity' | '-infinity'
  | 'json' // jsonb | any JSON
  | 'uuid' // uuid | lower-case string
  | 'bytes' // bytea | base64 string
  | 'enum' // text or a database enum | JSON string, one of `values`
  | 'reference' // the id of another record | string, whatever the column's type

/** What happens when two authors change one field without having seen each other. */
export type ConflictPolicy = 'overwrite' | 'keep' | 'ask' | 'counter' | 'set'

export type IdType = 'text' | 'uuid' | 'integer' | 'bigint'

export interface Field {
  /** camelCase, as everywhere outside the database. */
  readonly name: string
  /** snake_case, in the database. */
  readonly column: string
  readonly kind: FieldKind
  /** True for an array of `kind` (JSON array | PostgreSQL array). */
  readonly array: boolean
  readonly nullable: boolean
  /** Wire value used when a create does not name the field; `undefined` when there is none. */
  readonly default: unknown
  /** Allowed values when `kind` is `enum`. */
  readonly values?: readonly string[]
  /** Name of the model that a `reference` points to. */
  readonly references?: string
  /** Type of the ids of the model that a `reference` points to. */
  readonly idType?: IdType
  /** The database fills the column when a create does not name the field. */
  readonly filledByDatabase?: boolean
  /** SQL expression that fills the column where `migrate` makes it. */
  readonly filler?: string
  /** Type of a `bigint` in rows on the device; on the wire it is always a string. */
  readonly as?: 'bigint'
  readonly onConflict: ConflictPolicy
  /** A validator of the application's, run after the built-in checks, on the device and on the server. */
  readonly validator?: StandardSchemaV1
}

/** How the records of a model belong to the rooms of a root: by a column, or by a path of references. */
export interface RoomPath {
  /** Model whose record is the room. */
  readonly root: string
  /** Reference fields to follow: `['productionId']` is by column, `['cameraId', 'productionId']` by path. */
  readonly path: readonly string[]
  /** Column of the member's own table that holds the root's id: the reference's, or `sync_room` for a longer path. */
  readonly column: string
}

export interface Model {
  /** camelCase: `accountUser`. */
  readonly name: string
  /** PascalCase, in channels: `AccountUser`. */
  readonly channel: string
  /** Table, as written in the declaration: `account_users` or `crm.account_users`. */
  readonly table: string
  /** Table name in kebab-case, in REST paths: `account-users`. */
  readonly path: string
  readonly idType: IdType
  /** Name of the id's column. @default 'id' */
  readonly idColumn: string
  readonly ids: 'plain' | 'obfuscated'
  /** Declared fields without the id, in order of declaration; a null-prototype object. */
  readonly fields: Readonly<Record<string, Field>>
  readonly fieldNames: readonly string[]
  /** Its records replicate to everybody who passes the `all` rule. */
  readonly shared: boolean
  /** Its records are rooms. */
  readonly isRoot: boolean
  readonly rooms: readonly RoomPath[]
  readonly columns: {
    readonly version: string
    readonly fieldVersions: string
    /** Stamped with the author when declared. */
    readonly lastModifiedBy?: string
    /** Stamped with the time when declared. */
    readonly updatedAt?: string
  }
  /** Associations that a change of this model marks (step 1), as declared. */
  readonly broadcastsTo: readonly string[]
  /** As `broadcastsTo`, but marks only the nested collection's channel. */
  readonly broadcastsOnChangeOf?: readonly string[]
  /** Props that its markers name, as declared. */
  readonly refreshes?: Refreshes
}

/** Props of a page that a model's markers name (step 1); `when` limits a prop to changes of these fields. */
export interface Refreshes {
  /** On the record's own channel. @default the model's name in snake_case */
  readonly single?: RefreshedProp
  /** On `:all` and nested collections. @default the table's name */
  readonly collection?: RefreshedProp
  /** On the channels of the records that `broadcastsTo` reaches. @default the name of their model in snake_case */
  readonly parent?: RefreshedProp
}

export type RefreshedProp = string | { readonly prop: string; readonly when?: readonly string[] }

/** A named way from a model to others, for `include` and nested collections. */
export interface Relation {
  readonly name: string
  readonly from: string
  readonly to: string
  readonly kind: 'one' | 'many' | 'manyToMany'
  /** Reference field that carries the relation: on `from` for `one`, on `to` for `many`, on `through` for `manyToMany`. */
  readonly field: string
  readonly through?: string
  /** Reference field on `through` that points to `to`; `manyToMany` only. */
  readonly targetField?: string
  /** At most one record: `hasOne`, whose `kind` is `many`. */
  readonly single?: boolean
}

export interface CompiledSchema {
  /** Raised by the application when queued ops of older apps need lifting. */
  readonly version: number
  /** Changes with every field or room path; part of every cursor. 16 hex digits. */
  readonly hash: string
  /** By name; null-prototype objects, so that `__proto__` is never a model. */
  readonly models: Readonly<Record<string, Model>>
  readonly byChannel: Readonly<Record<string, Model>>
  readonly byPath: Readonly<Record<string, Model>>
  /** Relations by model name, then by relation name. A reference `cameraId` gives `camera` without being declared. */
  readonly relations: Readonly<Record<string, Readonly<Record<string, Relation>>>>
  /** Names of the models that are rooms. */
  readonly roots: readonly string[]
}

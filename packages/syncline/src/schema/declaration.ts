/** A schema as it is declared: models, relations and rooms before they are checked and compiled. */
import type { FieldDeclaration } from './field-declaration.ts'
import type { IdType, Refreshes } from './model.ts'

export type FieldDeclarations = Readonly<Record<string, FieldDeclaration>>

export interface ModelOptions {
  /** Type of the id's column; on the wire an id is a string whatever its column. @default 'text', or 'bigint' for obfuscated ids */
  readonly id?: IdType
  /** @default 'id' */
  readonly idColumn?: string
  /**
   * `obfuscated` shows other ids than the database's, so that nobody can count records: the record's own and those of
   * references to it. Ids inside `json` and `text` fields and in the `args` of a call are not translated. @default 'plain'
   */
  readonly ids?: 'plain' | 'obfuscated'
  /** Replicates every record to whoever passes the model's `all` rule. @default false */
  readonly shared?: boolean
  /** @default 'version' */
  readonly versionColumn?: string
  /** @default 'field_versions' */
  readonly fieldVersionsColumn?: string
  /** Stamps the author: `true` for `last_modified_by`, or the column's name. */
  readonly lastModifiedBy?: true | string
  /** Stamps the time: `true` for `updated_at`, or the column's name. */
  readonly updatedAt?: true | string
  /** Associations whose channels a change of this model marks: `all`, or a relation's name. */
  readonly broadcastsTo?: readonly string[]
  /** As `broadcastsTo`, but marks only the nested collection's channel. */
  readonly broadcastsOnChangeOf?: readonly string[]
  /** Props of a page that its markers name. */
  readonly refreshes?: Refreshes
}

export interface ModelDeclaration<
  Fields extends FieldDeclarations = FieldDeclarations,
  Shared extends boolean = boolean,
> {
  readonly table: string
  readonly fields: Fields
  readonly options: ModelOptions & { readonly shared?: Shared }
}

/** Declares a synchronised table: `model('cameras', { name: text() })`; `'crm.accounts'` names a schema too. */
export function model<const Fields extends FieldDeclarations, const Shared extends boolean = false>(
  table: string,
  fields: Fields,
  options: ModelOptions & { readonly shared?: Shared } = {},
): ModelDeclaration<Fields, Shared extends false ? false : true> {
  return { table, fields, options: options as ModelOptions & { shared?: never } }
}

/** For each member model, the reference that leads to the room: `'productionId'`, or a path `'camera.productionId'`. */
export type RoomMembers = Readonly<Record<string, string>>

export interface RoomDeclaration {
  readonly members: RoomMembers
}

/** Declares what belongs to a room beside its root record: `room({ camera: 'productionId', photo: 'camera.productionId' })`. */
export function room(members: RoomMembers = {}): RoomDeclaration {
  return { members }
}

export interface RelationDeclaration<
  Kind extends 'hasMany' | 'hasOne' | 'manyToMany' = 'hasMany' | 'hasOne' | 'manyToMany',
  Target extends string = string,
> {
  readonly kind: Kind
  readonly target: Target
  readonly by?: string
  readonly through?: string
}

export interface RelationOptions {
  /** The reference that carries the relation, needed when the target has several to this model. */
  readonly by?: string
}

/** Relates a record to those that refer to it. */
export function hasMany<const Target extends string>(
  target: Target,
  options: RelationOptions = {},
): RelationDeclaration<'hasMany', Target> {
  return { kind: 'hasMany', target, ...options }
}

/** Relates a record to the only one that refers to it. */
export function hasOne<const Target extends string>(
  target: Target,
  options: RelationOptions = {},
): RelationDeclaration<'hasOne', Target> {
  return { kind: 'hasOne', target, ...options }
}

/** Relates records of two models through a third that refers to both. */
export function manyToMany<const Target extends string>(
  target: Target,
  options: RelationOptions & { readonly through: string },
): RelationDeclaration<'manyToMany', Target> {
  return { kind: 'manyToMany', target, ...options }
}

export interface SchemaDeclaration {
  /** Raise it when queued ops of older apps need lifting. @default 1 */
  readonly version?: number
  readonly models: Readonly<Record<string, ModelDeclaration>>
  readonly relations?: Readonly<Record<string, Readonly<Record<string, RelationDeclaration>>>>
  readonly rooms?: Readonly<Record<string, RoomDeclaration>>
}

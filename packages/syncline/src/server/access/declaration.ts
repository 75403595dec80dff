/** What an application declares about who may read and write which records: `createSync({ access })`. */
import type { Sql } from '../../postgres/sql.ts'
import type { User } from '../../protocol/user.ts'
import type { Schema } from '../../schema/define-schema.ts'
import type { FieldName, ModelName } from '../../schema/row-types.ts'

/** The columns of the record that a rule is asked about, by camelCase field name; `id` is always there. */
export type RecordColumns<FieldName extends string = string> = { readonly [Name in FieldName | 'id']: Sql }

/** A condition on one record: SQL with the user's values as parameters, or simply yes or no. */
export type RecordRule<U extends User = User, FieldName extends string = string> = (
  user: U,
  record: RecordColumns<FieldName>,
) => Sql | boolean

/**
 * Fields that an action may name. `true` or `'*'` means every field that is not a reference; a reference moves a
 * record to somewhere else, so it is writable only when its name is listed: `['*', 'productionId']`.
 */
export type WritableFields<FieldName extends string = string> = true | readonly (FieldName | '*')[]

/** Which actions users may take on records that they can read. An action that is not listed is refused. */
interface WriteDeclaration<U extends User = User, FieldName extends string = string> {
  readonly create?: WritableFields<FieldName>
  readonly update?: WritableFields<FieldName>
  /** True, or a rule that must hold beside `when`: who may write a record need not be one who may end it. */
  readonly delete?: boolean | RecordRule<U, FieldName>
  /** Must hold beside the reading rule: for the row before an update or delete, and after a create or update. */
  readonly when?: RecordRule<U, FieldName>
}

interface CommonRule<U extends User, FieldName extends string> {
  /** Who may subscribe to the model's `:all` channel. @default nobody */
  readonly all?: (user: U) => boolean
  readonly write?: WriteDeclaration<U, FieldName>
  /**
   * Who may start a record, asked about the new row *instead of* `accessibleBy` and `write.when`: an account that
   * nobody is a member of yet is readable by nobody. Its fields stand in `write.create`.
   */
  readonly create?: RecordRule<U, FieldName>
  /** Tables that the rules read and that their SQL does not show (inside a function or a view). */
  readonly dependsOn?: readonly string[]
}

/** A model with a rule of its own. */
export interface OwnRule<U extends User = User, FieldName extends string = string>
  extends CommonRule<U, FieldName> {
  /** Who may read the record. May be left out for members of a room, whose readers are the room's. */
  readonly accessibleBy?: RecordRule<U, FieldName>
}

/** A model whose records are read by whoever may read the record that a reference points to. */
export interface BorrowedRule<U extends User = User, FieldName extends string = string>
  extends CommonRule<U, FieldName> {
  readonly through: string
}

export type ModelAccess<U extends User = User, FieldName extends string = string> =
  | OwnRule<U, FieldName>
  | BorrowedRule<U, FieldName>

/**
 * Rules by model name, with the schema's own field names. A model without a rule is written by nobody, and read by
 * nobody unless it belongs to a room: a room's readers read all that is in it.
 */
export type Access<S extends Schema = Schema, U extends User = User> = {
  readonly [M in ModelName<S>]?: ModelAccess<U, FieldName<S, M>>
}

/** The same without the schema's names: mistakes in them are found at start instead of by the type checker. */
export type AccessDeclaration<U extends User = User> = Readonly<Record<string, ModelAccess<U>>>

/**
 * Borrows the reading rule of the record that `reference` points to, and its `write.when`. The fields that may be
 * written are the model's own affair: `through('production', { write: { create: ['*', 'productionId'], update: true } })`.
 */
export function through<U extends User = User, FieldName extends string = string>(
  reference: string,
  options: Omit<BorrowedRule<U, NoInfer<FieldName>>, 'through'> = {},
): BorrowedRule<U, FieldName> {
  return { ...options, through: reference }
}

/** The seam between access rules (declared in `server/access`) and the statements that enforce them. */
import type { User } from '../protocol/user.ts'
import type { Model } from '../schema/model.ts'
import type { Sql } from './sql.ts'

/** What a user may write with one action on one model. */
export interface WriteRule {
  /** Fields the action may name. */
  readonly fields: ReadonlySet<string>
  /** Must hold for the row before (update, delete) and after (create, update) the write, beside the read rule. */
  readonly when: Sql
  /** True when `when` alone decides: a new root is readable by nobody before it has members. */
  readonly insteadOfRead?: boolean
}

/** One of the rules by which somebody may read a record of a model, for whoever wants to know which one said no. */
export interface ReadingRule {
  /** As it is declared: `access.account.accessibleBy`. */
  readonly name: string
  condition(user: User, alias: string): Sql
}

export interface Rules {
  /** Condition under which `user` may read the record that stands in a statement as `alias`. */
  read(model: Model, user: User, alias: string): Sql
  /** Whether whoever may read the record that `column` names, of the model `parent`, may read this one by that alone. */
  isReadThrough(model: Model, column: string, parent: Model): boolean
  /** The rules of which one must hold for `read` to hold; none when nobody may read. */
  readingRules(model: Model): readonly ReadingRule[]
  /** Null when nobody may: the action is not declared for this model. */
  write(model: Model, action: 'create' | 'update' | 'delete', user: User, alias: string): WriteRule | null
  /** Whether `user` may subscribe to the model's `:all` channel. */
  all(model: Model, user: User): boolean
  /** Tables (as in the database) that the rules of a model read, the model's own included; found from their SQL or declared. */
  dependencies(model: Model): ReadonlySet<string>
}

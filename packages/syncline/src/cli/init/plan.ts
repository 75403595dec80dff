/** What `init` makes of a database before it is written as code: models, relations, a room, and what was left out. */
import type { FieldKind, IdType } from '../../schema/model.ts'
import type { CatalogTable } from './catalog.ts'
import type { DefaultPlan } from './default-value.ts'

export interface FieldPlan {
  readonly name: string
  readonly column: string
  readonly kind: FieldKind
  readonly array: boolean
  readonly nullable: boolean
  readonly values?: readonly string[]
  /** Model that a reference points to. */
  readonly target?: string
  readonly default: DefaultPlan
  /** What its reader should know, a sentence each. */
  readonly notes: readonly string[]
}

/** Something of the database that the schema does not have, and why. */
export interface LeftOut {
  /** Table or column, as the database has it. */
  readonly what: string
  readonly why: string
}

export interface ModelPlan {
  readonly name: string
  /** As `model()` takes it: with its schema when it is not found without. */
  readonly table: string
  readonly source: CatalogTable
  readonly idColumn: string
  readonly idType: IdType
  readonly fields: readonly FieldPlan[]
  readonly leftOut: readonly LeftOut[]
  readonly versionColumn?: string
  readonly fieldVersionsColumn?: string
  readonly updatedAt?: string
  readonly notes: readonly string[]
}

export interface RelationPlan {
  readonly from: string
  readonly name: string
  readonly kind: 'hasMany' | 'hasOne' | 'manyToMany'
  readonly target: string
  readonly by?: string
  readonly through?: string
}

export interface MemberPlan {
  readonly model: string
  /** References to follow, the first on the member: `['customerId', 'storeId']`. */
  readonly path: readonly string[]
  /** A reference on the way may be null, and the record is in no room then. */
  readonly isOptional: boolean
  readonly notes: readonly string[]
}

export interface RoomPlan {
  readonly root: string
  readonly members: readonly MemberPlan[]
  readonly reason: string
}

/** A table that says which users belong to a room. */
export interface MembershipPlan {
  /** Table and columns as SQL has them. */
  readonly table: string
  readonly room: string
  readonly user: string
}

export interface SchemaPlan {
  readonly models: readonly ModelPlan[]
  readonly relations: readonly RelationPlan[]
  readonly room: RoomPlan | undefined
  readonly membership: MembershipPlan | undefined
  /** By model: why its records are shared with everybody who may read all of them. */
  readonly shared: ReadonlyMap<string, string>
  readonly leftOut: readonly LeftOut[]
}

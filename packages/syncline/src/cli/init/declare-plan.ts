/** The plan as a compiled schema: proof that `defineSchema` takes it, before a line of it is written. */
import {
  hasMany,
  hasOne,
  manyToMany,
  model,
  room,
  type ModelDeclaration,
  type ModelOptions,
  type RelationDeclaration,
} from '../../schema/declaration.ts'
import { defineSchema, type Schema } from '../../schema/define-schema.ts'
import { FieldDeclaration } from '../../schema/field-declaration.ts'
import type { FieldPlan, ModelPlan, RelationPlan, SchemaPlan } from './plan.ts'
import { needsColumn } from './plan-fields.ts'

/** Compiles the plan; throws what `defineSchema` throws. */
export function declarePlan({ models, relations, room: planned, shared }: SchemaPlan): Schema {
  return defineSchema({
    models: Object.fromEntries(models.map((one) => [one.name, declareModel(one, shared.has(one.name))])),
    relations: declareRelations(relations),
    ...(planned && {
      rooms: {
        [planned.root]: room(
          Object.fromEntries(planned.members.map(({ model: name, path }) => [name, path.join('.')])),
        ),
      },
    }),
  })
}

function declareModel(plan: ModelPlan, isShared: boolean): ModelDeclaration {
  const fields = Object.fromEntries(plan.fields.map((field) => [field.name, declareField(field)]))
  return model(plan.table, fields, optionsOf(plan, isShared))
}

/** The options of a model that are not the usual ones. */
export function optionsOf(plan: ModelPlan, isShared: boolean): ModelOptions {
  return {
    ...(plan.idType !== 'text' && { id: plan.idType }),
    ...(plan.idColumn !== 'id' && { idColumn: plan.idColumn }),
    ...(plan.versionColumn !== undefined && { versionColumn: plan.versionColumn }),
    ...(plan.fieldVersionsColumn !== undefined && { fieldVersionsColumn: plan.fieldVersionsColumn }),
    ...(plan.updatedAt !== undefined && {
      updatedAt: plan.updatedAt === 'updated_at' ? true : plan.updatedAt,
    }),
    ...(isShared && { shared: true }),
  }
}

function declareField(plan: FieldPlan): FieldDeclaration {
  return new FieldDeclaration({
    kind: plan.kind,
    array: plan.array,
    nullable: plan.nullable,
    hasDefault: plan.default.kind === 'value',
    ...(plan.default.kind === 'value' && { default: plan.default.value }),
    filledByDatabase: plan.default.kind === 'database',
    ...(plan.values && { values: plan.values }),
    ...(plan.target !== undefined && { references: plan.target }),
    ...(needsColumn(plan) && { column: plan.column }),
    onConflict: 'overwrite',
  })
}

function declareRelations(
  relations: readonly RelationPlan[],
): Record<string, Record<string, RelationDeclaration>> {
  const declared: Record<string, Record<string, RelationDeclaration>> = {}
  for (const { from, name, kind, target, by, through } of relations) {
    const options = by === undefined ? {} : { by }
    const declaration =
      kind === 'manyToMany'
        ? manyToMany(target, { through: through as string, ...options })
        : kind === 'hasOne'
          ? hasOne(target, options)
          : hasMany(target, options)
    declared[from] = { ...declared[from], [name]: declaration }
  }
  return declared
}

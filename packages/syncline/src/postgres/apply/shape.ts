/**
 * The shape of an op: everything that decides which SQL applies it, and nothing that is a value.
 *
 * Ops of one shape run through one function on the writer's connection, whose statements PostgreSQL plans once.
 * Rules are part of the shape by their text; their values travel with each op.
 */
import type { Field, Model } from '../../schema/model.ts'
import type { Sql } from '../sql.ts'

/** How a field's value is written: as it is, as `{"$inc"}`, or as `{"$add", "$remove"}`. */
export type FieldForm = 'plain' | 'increment' | 'members'

export interface ShapeField {
  readonly field: Field
  readonly form: FieldForm
}

/** A reference that the op writes, and who may read what it points to. */
export interface ShapeTarget {
  readonly field: Field
  readonly model: Model
  readonly read: Sql
}

export interface Shape {
  readonly model: Model
  readonly action: 'create' | 'update' | 'delete'
  /** In the order of the model's declaration. */
  readonly fields: readonly ShapeField[]
  readonly read: Sql
  readonly when: Sql
  /** True when `when` alone decides about a new record. */
  readonly insteadOfRead: boolean
  readonly targets: readonly ShapeTarget[]
}

/** Equal for ops that the same function applies. */
export function shapeKey(shape: Shape): string {
  const rules = [shape.read, shape.when, ...shape.targets.map((target) => target.read)]
  return [
    shape.action,
    shape.model.name,
    shape.insteadOfRead ? 'instead' : '',
    ...shape.fields.map(({ field, form }) => `${field.name}:${form}`),
    ...rules.map((rule) => rule.strings.join('\u0001')),
  ].join('\u0000')
}

/** The form of a wire value; `accept` lets operators pass for the policies that have them only. */
export function formOf(field: Field, value: unknown): FieldForm {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'plain'
  if (field.onConflict === 'counter' && Object.hasOwn(value, '$inc')) return 'increment'
  if (field.onConflict === 'set' && (Object.hasOwn(value, '$add') || Object.hasOwn(value, '$remove'))) {
    return 'members'
  }
  return 'plain'
}

/** What a path below `/api` means in this schema: a model, perhaps one record of it, perhaps inside a parent. Pure. */
import { InvalidValue } from '../../../schema/invalid-value.ts'
import { checkId } from '../../../schema/check-id.ts'
import type { CompiledSchema, Field, Model, Relation } from '../../../schema/model.ts'

/** How the records of a collection belong to the parent that the path names. */
export type Belonging =
  /** By a reference of their own, which a create fills in. */
  | { readonly by: 'reference'; readonly field: Field }
  /** By a column that Syncline keeps for a longer path of references. */
  | { readonly by: 'column'; readonly column: string }
  /** Through records of a third model. */
  | { readonly by: 'link'; readonly link: Model; readonly from: Field; readonly to: Field }

export interface Parent {
  readonly model: Model
  readonly id: string
  readonly belonging: Belonging
}

export interface Target {
  readonly model: Model
  /** Absent for a whole collection. */
  readonly id?: string
  readonly parent?: Parent
}

/** Resolves the segments; null when a name or an id is none of this schema. */
export function targetOf(schema: CompiledSchema, segments: readonly string[]): Target | null {
  const [first, second, third, fourth] = segments
  if (third === undefined) return plainTarget(schema, first as string, second)
  const parentModel = schema.byPath[first as string]
  if (!parentModel || !isId(parentModel, second as string)) return null
  const target = collectionOf(schema, parentModel, third)
  if (!target || (fourth !== undefined && !isId(target.model, fourth))) return null
  const parent = { model: parentModel, id: second as string, belonging: target.belonging }
  return { model: target.model, id: fourth, parent }
}

function plainTarget(schema: CompiledSchema, path: string, id: string | undefined): Target | null {
  const model = schema.byPath[path]
  if (!model || (id !== undefined && !isId(model, id))) return null
  return { model, id }
}

/** Finds a collection by its table's path, or by the name of a relation. */
function collectionOf(
  schema: CompiledSchema,
  parent: Model,
  path: string,
): { model: Model; belonging: Belonging } | null {
  const relations = Object.values(schema.relations[parent.name] ?? {}).filter(({ kind }) => kind !== 'one')
  const relation =
    relations.find(({ to }) => schema.models[to]?.path === path) ??
    relations.find(({ name }) => name === path)
  const model = relation ? schema.models[relation.to] : schema.byPath[path]
  if (!model) return null
  const belonging = relation ? byRelation(schema, relation, model) : byRoomOrReference(parent, model)
  return belonging && { model, belonging }
}

function byRelation(schema: CompiledSchema, relation: Relation, model: Model): Belonging | null {
  if (relation.kind === 'many') {
    const field = model.fields[relation.field]
    return field ? { by: 'reference', field } : null
  }
  const link = schema.models[relation.through ?? '']
  const from = link?.fields[relation.field]
  const to = link?.fields[relation.targetField ?? '']
  return link && from && to ? { by: 'link', link, from, to } : null
}

function byRoomOrReference(parent: Model, model: Model): Belonging | null {
  const room = model.rooms.find(({ root }) => root === parent.name)
  if (room && room.path.length > 1) return { by: 'column', column: room.column }
  const references = Object.values(model.fields).filter(({ references: to }) => to === parent.name)
  const field = room
    ? model.fields[room.path[0] as string]
    : references.length === 1
      ? references[0]
      : undefined
  return field ? { by: 'reference', field } : null
}

function isId(model: Model, id: string): boolean {
  return !(checkId(model, id) instanceof InvalidValue)
}

/** What a path below `/api` means in this schema: a model, perhaps one record of it, perhaps inside a parent. Pure. */
import type { CompiledSchema, Field, Model, Relation } from '../../../schema/model.ts'
import type { Ids } from '../../../server/ids/ids.ts'

/** How the records of a collection belong to the parent that the path names. */
export type Belonging =
  /** By a reference of their own, which a create fills in. */
  | { readonly by: 'reference'; readonly field: Field }
  /** By a column that Syncline keeps for a longer path of references; `first` is the reference it begins with. */
  | { readonly by: 'column'; readonly column: string; readonly first: Field }
  /** Through records of a third model. */
  | { readonly by: 'link'; readonly link: Model; readonly from: Field; readonly to: Field }

export interface Parent {
  readonly model: Model
  readonly id: string
  /** As the path has it. */
  readonly shownId: string
  readonly belonging: Belonging
}

export interface Target {
  readonly model: Model
  /** Absent for a whole collection. */
  readonly id?: string
  /** As the path has it. */
  readonly shownId?: string
  readonly parent?: Parent
}

/** Resolves the segments; null when a name or an id is none of this schema. */
export function targetOf(schema: CompiledSchema, ids: Ids, segments: readonly string[]): Target | null {
  const [first, second, third, fourth] = segments
  if (third === undefined) return recordTarget(ids, schema.byPath[first as string], second)
  const parent = recordTarget(ids, schema.byPath[first as string], second)
  if (parent?.id === undefined || parent.shownId === undefined) return null
  const { model, id, shownId } = parent
  const collection = collectionOf(schema, model, third)
  const target = recordTarget(ids, collection?.model, fourth)
  return (
    collection && target && { ...target, parent: { model, id, shownId, belonging: collection.belonging } }
  )
}

function recordTarget(ids: Ids, model: Model | undefined, shownId: string | undefined): Target | null {
  if (!model || shownId === undefined) return model ? { model } : null
  const id = ids.decode(model, shownId)
  return id === null ? null : { model, id, shownId }
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
  const first = room && model.fields[room.path[0] as string]
  if (room && first && room.path.length > 1) return { by: 'column', column: room.column, first }
  const references = Object.values(model.fields).filter(({ references: to }) => to === parent.name)
  const field = room
    ? model.fields[room.path[0] as string]
    : references.length === 1
      ? references[0]
      : undefined
  return field ? { by: 'reference', field } : null
}

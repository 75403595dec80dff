/** Rules under which everybody may read and write everything: `syncline dev --open`, on the developer's own machine. */
import type { Schema } from '../../schema/define-schema.ts'
import type { Model } from '../../schema/model.ts'
import type { AccessDeclaration, ModelAccess } from '../../server/access/declaration.ts'

/** One rule a model. */
export function openAccess(schema: Schema): AccessDeclaration {
  return Object.fromEntries(Object.values(schema.models).map((model) => [model.name, openRule(model)]))
}

function openRule(model: Model): ModelAccess {
  const references = Object.values(model.fields)
    .filter((field) => field.references !== undefined)
    .map(({ name }) => name)
  const fields = ['*', ...references]
  return {
    // Members of a room are read by the room's readers; a rule of their own is refused.
    ...((model.isRoot || model.rooms.length === 0) && { accessibleBy: () => true }),
    all: () => true,
    write: { create: fields, update: fields, delete: true },
  }
}

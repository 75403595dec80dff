/** Which models a partial reload asks for: those whose changes mark its props, as declared or by convention. */
import type { CompiledSchema } from '../schema/model.ts'
import { collectionProp, parentProp, singleProp } from '../server/marking/marked-props.ts'

/** Names of the models, each once; a prop that no change marks by name is of none. */
export function modelsOfProps(schema: CompiledSchema, props: readonly string[]): ReadonlySet<string> {
  const known = modelsByProp(schema)
  const models = new Set<string>()
  for (const prop of props)
    for (const model of known.get(prop.split('.')[0] as string) ?? []) models.add(model)
  return models
}

type ModelsByProp = ReadonlyMap<string, ReadonlySet<string>>

const remembered = new WeakMap<CompiledSchema, ModelsByProp>()

function modelsByProp(schema: CompiledSchema): ModelsByProp {
  const known = remembered.get(schema) ?? findModelsByProp(schema)
  remembered.set(schema, known)
  return known
}

function findModelsByProp({ models, relations }: CompiledSchema): ModelsByProp {
  const found = new Map<string, Set<string>>()
  const note = (prop: string, model: string) => found.set(prop, (found.get(prop) ?? new Set()).add(model))
  for (const model of Object.values(models)) {
    note(singleProp(model).prop, model.name)
    note(collectionProp(model).prop, model.name)
    for (const association of model.broadcastsTo) {
      const parent = models[relations[model.name]?.[association]?.to ?? '']
      if (parent) note(parentProp(model, parent).prop, parent.name)
    }
  }
  return found
}
